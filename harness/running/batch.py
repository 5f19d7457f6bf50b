"""Select solutions, and run several as one batch."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec

from harness.errors import HarnessError
from harness.progress import ListenerFactory, ignore_progress
from harness.running.runner import Runner, RunResult
from harness.solution.registry import available_solutions, load_solution

Report = Callable[[str], object]  # takes a line of text


def select_solutions(specs: Sequence[str], runner: Runner, task: str | None, report: Report) -> list[str]:
    """Return the named solutions, or all that can be imported, for the tasks of the competition.

    `report` gets one line for each solution that is left out. Raises HarnessError if there is none to run.
    """
    register = runner.workspace.register
    if specs:
        selected = [spec for spec in specs if task in (None, load_solution(spec, register).task)]
        if not selected:
            raise HarnessError(f"none of these solutions is for {task}; omit --task, or name others")
        return selected
    tasks = runner.tasks if task is None else (task,)
    selected = []
    for name in available_solutions(register):
        try:
            solution = load_solution(name, register)
            missing = [module for module in solution.modules if find_spec(module) is None]
            if missing:
                report(f"skipped: {name} needs {' and '.join(missing)}, which Python cannot find here")
            elif solution.task in tasks:
                selected.append(name)
        except HarnessError as error:
            report(f"skipped: {error}")
    if not selected:
        raise HarnessError(
            f"{runner.competition.folder}: nothing to run; retrieval needs index.csv, recognition needs "
            "labelled images in train.csv, and both need test.csv"
        )
    return selected


def run_batch(
    runner: Runner,
    specs: Sequence[str],
    seed: int = 0,
    jobs: int | None = None,
    listener: ListenerFactory = lambda _: ignore_progress,
    report: Callable[[RunResult], object] = lambda _: None,
) -> list[RunResult]:
    """Run the solutions and return the results in their order; `report` gets each one when it ends."""
    runs = runner.plan(specs, seed)
    listeners = {run.key: listener(f"{run.identity} {run.split}") for run in runs}
    results = []
    for result in runner.run(runs, jobs, listeners):
        results.append(result)
        report(result)
    order = [run.key for run in runs]
    return sorted(results, key=lambda result: order.index(result.entry.run_key))
