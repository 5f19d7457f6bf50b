"""`landmark run`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._open import open_runner
from harness.cli._options import Folder, Jobs, Json, MemoryLimit, Seed, Task, Timeout, WorkspaceOption, memory_mb
from harness.cli._output import note, number, print_json, progress, say

if TYPE_CHECKING:
    from harness.running.runner import Result, Runner

Specs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SOLUTION]...", help="Names such as hash or \"hash(kind='dct')\"; all if none."),
]

_EXTRAS = {"faiss": "neighbours"}  # that bring a module; the others come with networks


def run(
    specs: Specs = None,
    *,
    on: Folder,
    task: Task = None,
    folds: Annotated[bool, typer.Option("--folds", help="Run on folds of the train images instead.")] = False,
    jobs: Jobs = None,
    seed: Seed = 0,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    workspace: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Run solutions side by side, score them and enter them on the leaderboard.

    A finished run is not repeated as long as nothing that it was made from has changed; an interrupted one goes on.
    """
    from harness.running.local_processes import Limits

    runner = open_runner(on, workspace, Limits(timeout, memory_mb(memory_limit)), folds=folds)
    results = run_all(runner, _chosen(specs, runner, task), seed, jobs, quiet=json)
    if json:
        print_json({"competition": runner.competition.name, "runs": [_document(each) for each in results]})
    else:
        _summary(results)
    if any(each.entry.status == "failed" for each in results):
        raise typer.Exit(1)


def _chosen(specs: list[str] | None, runner: Runner, task: str | None) -> list[str]:
    """Return the solutions named, or all that can be loaded, that are for the task and fit the competition."""
    from importlib.util import find_spec

    from harness.errors import HarnessError
    from harness.solution.registry import known_solutions, load_solution

    register = runner.workspace.register
    if specs:
        chosen = [spec for spec in specs if task in (None, load_solution(spec, register).task)]
        if not chosen:
            raise HarnessError(f"none of the named solutions is for {task}; leave out --task or name another")
        return chosen
    tasks = runner.tasks if task is None else (task,)
    chosen = []
    for name in known_solutions(register):
        try:
            solution = load_solution(name, register)
            missing = [module for module in solution.modules if find_spec(module) is None]
            if missing:
                extras = ",".join(sorted({_EXTRAS.get(module, "networks") for module in missing}))
                note(f"left out: {name} needs {', '.join(missing)} (pip install 'landmark[{extras}]')")
            elif solution.task in tasks:
                chosen.append(name)
        except HarnessError as error:
            note(f"left out: {error}")
    if not chosen:
        raise HarnessError(
            f"{runner.competition.folder}: there is nothing to run; retrieval needs index.csv, "
            "recognition labelled images in train.csv, and both need test.csv"
        )
    return chosen


def run_all(runner: Runner, specs: list[str], seed: int, jobs: int | None, *, quiet: bool) -> list[Result]:
    """Return the results of the named solutions in their order, each told as it comes unless `quiet`."""
    runs = runner.plan(specs, seed)
    results = []
    with progress() as listener:
        watch = {run.key: listener(f"{run.identity} {run.split}") for run in runs}
        try:
            for result in runner.run(runs, jobs, watch):
                results.append(result)
                _tell(result, quiet=quiet)
        except KeyboardInterrupt:
            note("interrupted; what was done is kept, and the same command goes on from there")
            raise
    order = [run.key for run in runs]
    return sorted(results, key=lambda result: order.index(result.entry.run_key))


def _tell(result: Result, *, quiet: bool) -> None:
    for line in result.notes:
        note(f"note: {line}")
    if not quiet:
        say(_line(result))


def _line(result: Result) -> str:
    """Return what became of a run, in a line."""
    entry = result.entry
    head = f"{entry.identity}, {entry.split}: "
    if entry.status == "failed":
        return head + f"FAILED: {entry.reason} (log: {entry.log})"
    wall = sum(stage.wall_s for stage in entry.stages)
    scores = "no ground truth, not scored"
    if entry.status == "scored":
        parts = ", ".join(f"{part} {number(entry.score(part))}" for part in ("public", "private", "all"))
        scores = f"{entry.metric} {parts}"
    done = f"{wall:.1f} s" if result.again else "finished before, not repeated"
    return head + f"{scores}; {coverage(result)}; {done}"


def coverage(result: Result) -> str:
    """Return how many queries a run answered, and which images it could not read."""
    covered, outcome = result.entry.coverage, result.outcome
    text = f"{covered.answered} of {covered.queries} queries answered" if covered else ""
    if outcome.undecodable:
        files = f"{outcome.undecodable} images could not be decoded"
        text += f", {files} ({', '.join(outcome.examples[:3])}{', …' * (outcome.undecodable > 3)})"
    return text


def _summary(results: list[Result]) -> None:
    """Print mean and spread over the folds of each solution."""
    from leaderboard import fold_rows

    for task in sorted({each.entry.task for each in results}):
        entries = [each.entry for each in results if each.entry.task == task and each.entry.split != "test"]
        for row in fold_rows(entries, higher_is_better=True):
            spread = f"{number(row.mean)} ± {number(row.deviation)}"
            done = f"{row.done} of {row.folds} folds"
            say(f"{row.identity}: {row.metric} {spread} (mean and standard deviation of {done})")


def _document(result: Result) -> dict[str, object]:
    """Return all that programs may want to know of a result."""
    entry = asdict(result.entry)
    return entry | {
        "repeated": result.again,
        "undecodable": {"count": result.outcome.undecodable, "first": list(result.outcome.examples)},
    }
