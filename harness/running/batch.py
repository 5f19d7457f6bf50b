"""Select solutions, and run several as one batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from harness.data.split import TEST
from harness.errors import HarnessError
from harness.progress import ListenerFactory, ignore_progress
from harness.running.planned_run import PlannedRun
from harness.running.runner import Runner, RunResult
from harness.running.variants import Variant, expand_variants
from harness.solution.base import Solution, needed_parameters
from harness.solution.registry import available_solutions, load_solution

Report = Callable[[str], object]  # takes a line of text


def select_variants(specs: Sequence[str], runner: Runner, task: str | None, report: Report) -> list[Variant]:
    """Return the named solutions and the variants of named TOML files, or all solutions that can be imported.

    `report` gets one line with all solutions that are left out, and why. Raises HarnessError if there is none to run.
    """
    register, n_queries = runner.workspace.register, len(runner.competition.queries)
    if runner.limit is not None and runner.limit >= n_queries:
        report(f"the limit of {runner.limit} leaves out none of the {n_queries} test queries")
    if specs:
        named = expand_variants(specs, register)
        chosen = [variant for variant in named if task in (None, load_solution(variant.spec, register).task)]
        if not chosen:
            raise HarnessError(f"none of these solutions is for {task}; omit --task, or name others")
        return chosen
    selected, left_out = _default_solutions(register, runner.tasks if task is None else (task,))
    if left_out:
        report("left out: " + "; ".join(f"{', '.join(names)} ({reason})" for reason, names in left_out.items()))
    if not selected:
        raise HarnessError(
            f"{runner.competition.folder}: nothing to run; retrieval needs index.csv, recognition needs "
            "labelled images in train.csv, and both need test.csv"
        )
    return [Variant(name) for name in selected]


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


def progress_label(run: PlannedRun) -> str:
    """Return the name of a run in a line of progress: identity, seed and fold."""
    label = f"{run.identity}, seed {run.job.seed}" if run.job.seed else run.identity
    return label if run.split == TEST else f"{label}, {run.split.partition(' of deal ')[0]}"


@dataclass(frozen=True)
class BatchOptions:
    """How variants run: from `seed` on with `seeds` seeds each, on `jobs` cores, and until the budget ends.

    With `again` finished runs are repeated. A variant with a number of seeds of its own has that many.
    """

    seed: int = 0
    seeds: int = 1
    jobs: int | None = None
    again: bool = False
    budget_s: float | None = None


@dataclass(frozen=True)
class BatchResult:
    """The results of some runs in the order of the variants, and the runs that the end of the budget left undone."""

    results: list[RunResult]
    unfinished: list[PlannedRun]


def plan_variants(runner: Runner, variants: Sequence[Variant], options: BatchOptions) -> dict[str, PlannedRun]:
    """Return the runs of the variants by key, in their order, with each seed."""
    runs: dict[str, PlannedRun] = {}
    for variant in variants:
        for seed in range(options.seed, options.seed + (variant.seeds or options.seeds)):
            planned = [replace(run, name=variant.name) for run in runner.plan([variant.spec], seed)]
            runs |= {run.key: run for run in planned if run.key not in runs}
    return runs


def run_variants(
    runner: Runner,
    variants: Sequence[Variant],
    options: BatchOptions,
    listener: ListenerFactory = lambda _: ignore_progress,
    report: Callable[[RunResult], object] = lambda _: None,
) -> BatchResult:
    """Run the variants; `report` gets each result when its run ends."""
    runs = plan_variants(runner, variants, options)
    listeners = {run.key: listener(progress_label(run)) for run in runs.values()}
    results: dict[str, RunResult] = {}
    for result in runner.run([*runs.values()], options.jobs, listeners, again=options.again, budget_s=options.budget_s):
        key = result.entry.run_key
        results[key] = replace(result, name=runs[key].name)
        report(results[key])
    unfinished = [run for key, run in runs.items() if key not in results]
    return BatchResult([results[key] for key in runs if key in results], unfinished)


def run_batch(
    runner: Runner,
    specs: Sequence[str],
    seed: int = 0,
    jobs: int | None = None,
    listener: ListenerFactory = lambda _: ignore_progress,
    report: Callable[[RunResult], object] = lambda _: None,
) -> list[RunResult]:
    """Run the solutions and return the results in their order; `report` gets each one when it ends."""
    options = BatchOptions(seed=seed, jobs=jobs)
    return run_variants(runner, [Variant(spec) for spec in specs], options, listener, report).results
