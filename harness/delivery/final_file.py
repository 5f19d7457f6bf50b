"""Write the final submission file: validated, atomically, with a JSON sidecar describing its provenance."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from harness.data.competition import Competition
from harness.delivery.choose_entry import complete_fold_rows
from harness.delivery.sidecar import copy_with_sidecar
from harness.errors import SubmissionError
from harness.running.outcome import stored_submission
from harness.submissions.validation.validate import validate
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore
from metrics import Task


@dataclass(frozen=True)
class FinalFile:
    """A written submission file: the content of its sidecar, and the lines of a strict validation."""

    facts: Mapping[str, object]
    warnings: list[str]


def write_entry_file(entry: Entry, out: Path, competition: Competition, workspace: Workspace, reason: str) -> FinalFile:
    """Write the stored submission of an entry and its sidecar; raise SubmissionError if it is missing or rejected."""
    facts = {
        "competition": competition.name,
        "competition_key": competition.key,
        "task": entry.task,
        "identity": entry.identity,
        "seed": entry.seed,
        "entry": entry.id,
        "chosen": reason,
        "scores": _selection_scores(entry, competition, workspace),
        "run_key": entry.run_key,
        "code": entry.code_version,
        "versions": dict(entry.versions),
    }
    return write_final_file(stored_submission(entry), out, competition, entry.task, facts)  # type: ignore[arg-type]


def write_final_file(
    source: Path, out: Path, competition: Competition, task: Task, facts: Mapping[str, object]
) -> FinalFile:
    """Copy a submission file to `out` and write its sidecar; raise SubmissionError if Kaggle would reject it."""
    report = validate(source, competition.folder, task)
    if report.is_rejected_by("kaggle"):
        faults = [line.strip().replace(str(source), str(out)) for line in report.lines("kaggle")]
        who = "it would be rejected" if competition.ranks_whole_index else "Kaggle would reject it"
        raise SubmissionError(f"{out}: not written, because {who}: {' | '.join(faults[:4])}")
    lines = [line.replace(str(source), str(out)) for line in report.lines()] if report.faults else []
    return FinalFile(copy_with_sidecar(source, out, facts), lines)


def kaggle_command(competition: str, file: Path, message: str) -> str:
    """Return the command line that submits the file with Kaggle's own tool.

    >>> print(kaggle_command("landmark-retrieval-2018", Path("my file.csv"), "hash(kind='dct')"))
    kaggle competitions submit -c landmark-retrieval-2018 -f 'my file.csv' -m 'hash(kind='"'"'dct'"'"')'
    """
    options = [("-c", "--competition", competition), ("-f", "--file", str(file)), ("-m", "--message", message)]
    words = [
        f"{long}={quote(value)}" if value.startswith("-") else f"{short} {quote(value)}"
        for short, long, value in options
    ]
    return " ".join(["kaggle competitions submit", *words])


def _selection_scores(entry: Entry, competition: Competition, workspace: Workspace) -> dict[str, object]:
    """Return the scores that a choice may use: the public score, and the mean over folds."""
    entries = EntryStore(workspace.database).entries(competition=competition.key, task=entry.task)
    rows = complete_fold_rows(entries, entry.task, competition, workspace)  # type: ignore[arg-type]
    folds = [row for row in rows if row.identity == entry.identity]
    return {
        "metric": entry.metric,
        "public": entry.score("public"),
        "folds": next(({"mean": row.mean, "deviation": row.deviation, "count": row.folds} for row in folds), None),
    }
