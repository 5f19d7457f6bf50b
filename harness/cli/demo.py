"""`landmark demo`: render a small competition, run some solutions, and say what their leaderboards show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._options import Jobs, WorkspaceOption
from harness.cli._output import say
from harness.cli._paste import pasteable
from harness.errors import HarnessError
from harness.progress_display import progress
from harness.running.shell_text import quote

if TYPE_CHECKING:
    from harness.comparing.compare import EntryComparison
    from harness.running.runner import Runner, RunResult

SOLUTIONS = (  # the slowest first
    "transfer_clustering", "third_place", "eleventh_place", "nearest", "hash", "mean_hash", "first_images",
    "most_frequent", "softmax_entropy",
)  # fmt: skip
_COPIED = "nearest"  # the solution from which a user may start
_SIGNIFICANT = 0.05


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the competition.")] = Path("landmark-demo"),
    *,
    landmarks: Annotated[int, typer.Option(min=1, help="Number of landmarks (buildings).")] = 20,
    jobs: Jobs = None,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Render a small competition, run nine solutions, and say what their leaderboards show.

    Nothing is overwritten. The same command continues an interrupted demo, and reuses finished runs.

    Example: landmark demo
    """
    from harness.cli._open import open_runner
    from harness.cli.leaderboard import leaderboard

    _render(folder, landmarks, jobs)
    runner = open_runner(folder, workspace_dir, None, None, folds=False)
    say(f"{folder}: running {len(SOLUTIONS)} solutions")
    results = _run(runner, jobs)
    leaderboard(on=folder, workspace_dir=workspace_dir)
    _say_all(f"What to look at in {runner.competition.name}", _findings(runner, results))
    _say_all("\nWhat next", _next_commands(folder, workspace_dir))
    if any(result.entry.status == "failed" for result in results):
        raise typer.Exit(1)


def _render(folder: Path, landmarks: int, jobs: int | None) -> None:
    """Render the images that the folder lacks; HarnessError if it holds anything else."""
    from harness.cpu_budget import cores
    from harness.synthetic.competition import SyntheticCompetition

    say(f"{folder}: rendering a competition of {landmarks} landmarks")
    with progress() as listener:
        update = listener("")
        synthetic = SyntheticCompetition(landmarks=landmarks)
        synthetic.write(folder, jobs or cores(), lambda done, total: update("images", done, total))


def _run(runner: Runner, jobs: int | None) -> list[RunResult]:
    from harness.running.batch import run_batch

    def report(result: RunResult) -> None:
        entry, state = result.entry, "already finished"
        if entry.status == "failed":
            state = f"FAILED: {entry.reason} (log: {entry.log})"
        elif result.executed:
            state = f"{sum(stage.wall_s for stage in entry.stages):.1f} s"
        say(f"  {entry.identity}: {state}")

    with progress() as listener:
        return run_batch(runner, SOLUTIONS, jobs=jobs, listener=listener, report=report)


def _findings(runner: Runner, results: Sequence[RunResult]) -> Iterator[str]:
    """Yield lines on the tests of each task: which solutions differ from the best, and which from the baseline."""
    from harness.comparing.compare import compare_entries
    from harness.comparing.entry_lookup import EntryLookup
    from leaderboard.references import is_baseline

    lookup = EntryLookup(runner.competition, runner.workspace)
    for task in runner.tasks:
        entries = [each.entry for each in results if (each.entry.task, each.entry.status) == (task, "scored")]
        baseline = next((entry.identity for entry in entries if is_baseline(entry)), None)
        if len(entries) > 1 and baseline:
            compared = compare_entries([entry.identity for entry in entries], lookup, task=task)
            queries = compared.comparison.queries
            yield f"{task}, {queries} queries; better: p < {_SIGNIFICANT} in a paired permutation test (Holm)"
            yield "  " + _best_line(compared)
            yield "  " + _baseline_line(compared, baseline)


def _best_line(compared: EntryComparison) -> str:
    """Return which solutions differ significantly from the best."""
    best, *others = compared.comparison.scores
    tied = [name for name in others if name in compared.comparison.tied]
    if not tied:
        return f"{best} is better than every other solution."
    rest = "; it is better than all others" if len(tied) < len(others) else ""
    return f"{best} is not significantly better than {', '.join(tied)}{rest}."


def _baseline_line(compared: EntryComparison, baseline: str) -> str:
    """Return the score of the baseline, and which other solutions are not significantly better."""
    pairs = compared.comparison.pairs
    beaten = [pair.better for pair in pairs if pair.worse == baseline and pair.p_holm < _SIGNIFICANT]
    level = [name for name in compared.comparison.scores if name not in (*beaten, baseline)]
    floor = f"{baseline} ignores the query and has {compared.comparison.scores[baseline]:.3f}"
    verdict = f"not better: {', '.join(level)}" if level else "all others are better"
    return f"{floor}; {verdict}."


def _next_commands(folder: Path, workspace_dir: Path | None) -> Iterator[str]:
    """Yield three things to do next, each with commands to paste."""
    from harness.solution.registry import find_solution
    from harness.web.server import require_serving

    built_in = find_spec(find_solution(_COPIED).target)
    source = (built_in.origin if built_in else None) or ""
    yield "See each query with its answers in the browser:"
    try:
        require_serving()
    except HarnessError as error:
        yield f"  {str(error).rpartition(': ')[2]}"
    yield "  " + pasteable("serve", on=folder, workspace_dir=workspace_dir)
    yield "Rank your own photographs, from a folder PHOTOS with one subfolder per landmark:"
    yield "  " + pasteable("data", "import-folders", "PHOTOS", "my-competition")
    own = Path("my-competition")
    yield "  " + pasteable("run", "nearest", "softmax_entropy", on=own, workspace_dir=workspace_dir)
    yield f"Write your own solution, from a copy of {_COPIED}:"
    yield f"  cp -i {quote(source)} my_solution.py"
    yield "  " + pasteable("run", "my_solution.py", on=folder, workspace_dir=workspace_dir)


def _say_all(title: str, lines: Iterator[str]) -> None:
    say("\n".join([title, *(f"  {line}" for line in lines)]))
