"""Select what to run: named solutions, variants in TOML files, or all solutions that need no value."""

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec

from harness.errors import HarnessError, PluginError, SolutionError
from harness.running.runner import Runner
from harness.running.variants import Variant, expand_variants
from harness.solution.description import ConfiguredSolution, SolutionDescription
from harness.solution.registry import available_solutions

_FAILS = "fails; landmark run NAME says why"
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
    variants = expand_variants(specs, runner.descriptions)
    described = runner.descriptions.attempt([variant.spec for variant in variants])
    chosen = [variant for variant, each in zip(variants, described, strict=True) if _is_chosen(each, task)]
    if not chosen:
        raise HarnessError(f"none of these solutions is for {task}; omit --task, or name others")
    return chosen


def _is_chosen(described: ConfiguredSolution | SolutionError, task: str | None) -> bool:
    """Return whether a solution is of the task; also for a plug-in whose code fails, so that the run says so."""
    if isinstance(described, SolutionError):
        if not isinstance(described, PluginError):
            raise described
        return True
    return task in (None, described.task)


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
    names = [*available_solutions(runner.workspace.register)]
    has_labels = len(runner.competition.labels) > 0
    for name, configured in zip(names, runner.descriptions.attempt(names), strict=True):
        try:
            about = runner.descriptions.solution(name)
        except HarnessError:
            yield name, _FAILS
        else:
            if about.task in tasks:
                fails = _FAILS if isinstance(configured, HarnessError) else ""
                yield name, _lacking(about, has_labels=has_labels) or fails


def _lacking(about: SolutionDescription, *, has_labels: bool) -> str:
    """Return what a solution needs before it can run, "" if nothing."""
    missing = [module for module in about.modules if find_spec(module) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    if about.needed_parameters:
        return f"no value for {' and '.join(about.needed_parameters)}"
    return "no labelled train images" if about.needs_labels and not has_labels else ""
