"""Select what to run: named solutions, variants in TOML files, or all solutions that need no value."""

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from harness.errors import HarnessError
from harness.running.runner import Runner
from harness.running.variants import Variant, expand_variants
from harness.solution.base import Solution, needed_parameters
from harness.solution.registry import RegisteredSolution, available_solutions, load_solution

Report = Callable[[str], object]  # takes a line of text


def select_variants(specs: Sequence[str], runner: Runner, task: str | None, report: Report) -> list[Variant]:
    """Return the named solutions and the variants of named TOML files, or all solutions that can be imported.

    `report` gets one line with all solutions that are left out, and why. Raises HarnessError if there is none to run.
    """
    n_queries = len(runner.competition.queries)
    if runner.limit is not None and runner.limit >= n_queries:
        report(f"the limit of {runner.limit} leaves out none of the {n_queries} test queries")
    return _named(specs, runner, task) if specs else _all(runner, task, report)


def _named(specs: Sequence[str], runner: Runner, task: str | None) -> list[Variant]:
    register = runner.workspace.register
    variants = expand_variants(specs, register)
    chosen = [variant for variant in variants if task in (None, load_solution(variant.spec, register).task)]
    if not chosen:
        raise HarnessError(f"none of these solutions is for {task}; omit --task, or name others")
    return chosen


def _all(runner: Runner, task: str | None, report: Report) -> list[Variant]:
    states = [*_states(runner, runner.tasks if task is None else (task,))]
    left_out: dict[str, list[str]] = {}
    for name, reason in states:
        if reason:
            left_out.setdefault(reason, []).append(name)
    if left_out:
        report("left out: " + "; ".join(f"{', '.join(names)} ({reason})" for reason, names in left_out.items()))
    selected = [Variant(name) for name, reason in states if not reason]
    if not selected:
        raise HarnessError(
            f"{runner.competition.folder}: nothing to run; retrieval needs index.csv, recognition needs "
            "labelled images in train.csv, and both need test.csv"
        )
    return selected


def _states(runner: Runner, tasks: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the name of each solution of the tasks, and what it needs before it can run, "" if nothing."""
    register, has_labels = runner.workspace.register, len(runner.competition.labels) > 0
    for name, solution in available_solutions(register).items():
        reason = _lacking(name, solution, register, tasks, has_labels=has_labels)
        if reason is not None:
            yield name, reason


def _lacking(
    name: str, solution: RegisteredSolution, register: Path, tasks: Sequence[str], *, has_labels: bool
) -> str | None:
    """Return what a solution needs before it can run, "" if nothing; None if it is for another task."""
    try:
        cls = solution.load()
        if cls.task not in tasks:
            return None
        reason = _missing(cls) or ("no labelled train images" if cls.needs_labels and not has_labels else "")
        if not reason:
            load_solution(name, register)
    except HarnessError:
        return "fails; landmark run NAME says why"
    return reason


def _missing(cls: type[Solution]) -> str:
    missing = [module for module in cls.modules if find_spec(module) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    parameters = needed_parameters(cls)
    return f"no value for {' and '.join(parameters)}" if parameters else ""
