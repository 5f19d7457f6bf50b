"""Write the final submission file of a choice, as `landmark submit` does."""

from pathlib import Path

from harness.api.submission_files import WrittenSubmission
from harness.atomic_files import require_writable
from harness.delivery.choose_entry import Rule, choose, stored_or_new_result
from harness.delivery.final_file import kaggle_command, write_entry_file
from harness.delivery.sidecar import sidecar_path
from harness.progress_display import progress
from harness.running.batch import run_batch
from harness.running.runner import Runner
from metrics import Task


def write_submission_file(
    runner: Runner,
    name: str | None,
    best: Rule | None,
    out: Path,
    *,
    task: Task | None,
    seed: int | None,
    jobs: int | None,
) -> WrittenSubmission:
    """Choose an entry by name or by rule, run it if its files are missing, and write file and provenance.

    Raises SubmissionError if Kaggle would reject the file, and HarnessError if the run fails.
    """
    require_writable(out)
    notes: list[str] = []
    choice = choose(name, best, runner.competition, runner.workspace, task, seed)
    with progress() as listener:
        result = stored_or_new_result(
            choice, lambda spec, of: run_batch(runner, [spec], of, jobs, listener)[0], notes.append
        )
    entry = result.entry
    final_file = write_entry_file(entry, out, runner.competition, runner.workspace, choice.reason)
    command = kaggle_command("SLUG", out, f"{entry.identity}, entry {entry.id}")
    return WrittenSubmission(out, sidecar_path(out), entry, choice.reason, command, [*notes, *final_file.warnings])
