"""Select solutions, and run several as one batch."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from harness.errors import HarnessError
from harness.progress import ListenerFactory, ignore_progress
from harness.running.runner import Runner, RunResult
from harness.solution.base import Solution, needed_parameters
from harness.solution.registry import available_solutions, load_solution

Report = Callable[[str], object]  # takes a line of text


def select_solutions(specs: Sequence[str], runner: Runner, task: str | None, report: Report) -> list[str]:
    """Return the named solutions, or all that can be imported, for the tasks of the competition.

    `report` gets one line with all solutions that are left out, and why. Raises HarnessError if there is none to run.
    """
    register = runner.workspace.register
    if specs:
        selected = [spec for spec in specs if task in (None, load_solution(spec, register).task)]
        if not selected:
            raise HarnessError(f"none of these solutions is for {task}; omit --task, or name others")
        return selected
    selected, left_out = _default_solutions(register, runner.tasks if task is None else (task,))
    if left_out:
        report("left out: " + "; ".join(f"{', '.join(names)} ({reason})" for reason, names in left_out.items()))
    if not selected:
        raise HarnessError(
            f"{runner.competition.folder}: nothing to run; retrieval needs index.csv, recognition needs "
            "labelled images in train.csv, and both need test.csv"
        )
    return selected


def _default_solutions(register: Path, tasks: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Return the solutions of the tasks that can run without parameters, and reason -> names of the others."""
    selected: list[str] = []
    left_out: dict[str, list[str]] = {}
    for name, solution in available_solutions(register).items():
        try:
            cls = solution.load()
            if cls.task not in tasks:
                continue
            reason = _lacking(cls)
            if not reason:
                load_solution(name, register)
                selected.append(name)
                continue
        except HarnessError:
            reason = "fails; landmark run NAME says why"
        left_out.setdefault(reason, []).append(name)
    return selected, left_out


def _lacking(cls: type[Solution]) -> str:
    """Return what a solution needs before it can run, "" if nothing."""
    missing = [module for module in cls.modules if find_spec(module) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    parameters = needed_parameters(cls)
    return f"no value for {' and '.join(parameters)}" if parameters else ""


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
