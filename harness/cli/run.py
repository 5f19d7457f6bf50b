"""`landmark run`: run solutions, score them and add them to the leaderboard."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._open import open_runner
from harness.cli._options import (
    Device,
    Folder,
    Jobs,
    Json,
    MemoryLimit,
    OnFolds,
    Seed,
    TaskOption,
    Timeout,
    WorkspaceOption,
)
from harness.cli._output import format_score, note, print_json, say
from harness.progress_display import progress

if TYPE_CHECKING:
    from harness.running.runner import Runner, RunResult

Specs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SOLUTION]...", help="Names such as hash or \"hash(kind='dct')\"; default: all."),
]


def run(
    specs: Specs = None,
    *,
    on: Folder,
    task: TaskOption = None,
    folds: OnFolds = False,
    jobs: Jobs = None,
    device: Device = None,
    seed: Seed = 0,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    workspace_dir: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Run solutions in parallel, score them and add them to the leaderboard.

    A finished run is repeated only if its code, parameters, libraries or data have changed. An interrupted run resumes.
    """
    from harness.device import set_device
    from harness.running.batch import select_solutions

    set_device(device)
    runner = open_runner(on, workspace_dir, timeout, memory_limit, folds=folds)
    results = run_all(runner, select_solutions(specs or [], runner, task, note), seed, jobs, quiet=json)
    if json:
        print_json({"competition": runner.competition.name, "runs": [_document(result) for result in results]})
    else:
        _print_fold_summary(results)
    if any(result.entry.status == "failed" for result in results):
        raise typer.Exit(1)


def run_all(runner: Runner, specs: list[str], seed: int, jobs: int | None, *, quiet: bool) -> list[RunResult]:
    """Run the named solutions and return the results in their order; print each when it ends, unless `quiet`."""
    from harness.running.batch import run_batch

    with progress() as listener:
        try:
            return run_batch(runner, specs, seed, jobs, listener, lambda result: _print_result(result, quiet=quiet))
        except KeyboardInterrupt:
            note("interrupted; run the same command again to resume")
            raise


def _print_result(result: RunResult, *, quiet: bool) -> None:
    for message in result.notes:
        note(f"note: {message}")
    if not quiet:
        say(_line(result))


def _line(result: RunResult) -> str:
    """Return the scores of a run, or why it failed, in one line."""
    entry = result.entry
    prefix = f"{entry.identity}, {entry.split}: "
    if entry.status == "failed":
        return prefix + f"FAILED: {entry.reason} (log: {entry.log})"
    wall = sum(stage.wall_s for stage in entry.stages)
    scores = "not scored (no ground truth)"
    if entry.status == "scored":
        parts = ", ".join(f"{part} {format_score(entry.score(part))}" for part in ("public", "private", "all"))
        scores = f"{entry.metric} {parts}"
    duration = f"{wall:.1f} s" if result.executed else "already finished"
    return prefix + f"{scores}; {coverage_text(result)}; {duration}"


def coverage_text(result: RunResult) -> str:
    """Return how many queries a run answered, and which images it could not decode."""
    coverage, outcome = result.entry.coverage, result.outcome
    text = f"{coverage.answered} of {coverage.queries} queries answered" if coverage else ""
    if outcome.undecodable:
        files = f"{outcome.undecodable} images could not be decoded"
        text += f", {files} ({', '.join(outcome.examples[:3])}{', …' * (outcome.undecodable > 3)})"
    return text


def _print_fold_summary(results: list[RunResult]) -> None:
    """Print the mean and standard deviation over the folds for each solution."""
    from harness.data.competition import TASKS
    from leaderboard import fold_rows
    from metrics import metrics_of

    for task in TASKS:
        entries = [result.entry for result in results if result.entry.task == task and result.entry.split != "test"]
        for row in fold_rows(entries, higher_is_better=metrics_of(task)[0].higher_is_better):
            spread = f"{format_score(row.mean)} ± {format_score(row.deviation)}"
            folds = f"{row.done} of {row.folds} folds"
            say(f"{row.identity}: {row.metric} {spread} (mean and standard deviation of {folds})")


def _document(result: RunResult) -> dict[str, object]:
    """Return a result as a JSON document."""
    entry = asdict(result.entry)
    return entry | {
        "device": result.entry.device,
        "repeated": result.executed,
        "undecodable": {"count": result.outcome.undecodable, "first": list(result.outcome.examples)},
    }
