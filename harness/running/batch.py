"""Run several solutions, with several seeds and within a budget, as one batch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.errors import HarnessError, PluginError
from harness.progress import ListenerFactory, ignore_progress
from harness.running.planned_run import PlannedRun
from harness.running.run_progress import progress_label
from harness.running.runner import Runner, RunResult
from harness.running.variants import Variant

MAX_RUNS = 10_000  # of a batch, where each fold counts as part of one


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
    """The results of some runs in the order of the variants, and the runs that the end of the budget left undone.

    `failures` are the specs of plug-ins whose code failed before they could be run, each with the reason.
    """

    results: list[RunResult]
    unfinished: list[PlannedRun]
    failures: Mapping[str, str]

    def require_all(self) -> None:
        """Raise HarnessError if a run did not end, as one that is stopped on the pages."""
        if self.unfinished:
            names = ", ".join(dict.fromkeys(progress_label(run) for run in self.unfinished))
            raise HarnessError(f"stopped: {names} did not end; run the same command again to resume")


def plan_variants(
    runner: Runner, variants: Sequence[Variant], options: BatchOptions
) -> tuple[dict[str, PlannedRun], dict[str, str]]:
    """Return the runs of the variants by key, in their order, with each seed; and why plug-ins cannot be run, by spec.

    Raises HarnessError for more than MAX_RUNS, and the PluginError of the first if no plug-in can be run.
    """
    _require_number(variants, options)
    runs: dict[str, PlannedRun] = {}
    errors: dict[str, PluginError] = {}
    for variant in variants:
        for seed in range(options.seed, options.seed + (variant.seeds or options.seeds)):
            try:
                planned = [replace(run, name=variant.name) for run in runner.plan([variant.spec], seed)]
            except PluginError as error:
                errors[variant.spec] = error
                break
            runs |= {run.key: run for run in planned if run.key not in runs}
    if errors and not runs:
        raise next(iter(errors.values()))
    return runs, {spec: str(error) for spec, error in errors.items()}


def _require_number(variants: Sequence[Variant], options: BatchOptions) -> None:
    number = sum(variant.seeds or options.seeds for variant in variants)
    if number > MAX_RUNS:
        what = f"{len(variants)} variants with their seeds are {number} runs"
        raise HarnessError(f"{what}, more than {MAX_RUNS}; use fewer variants or seeds")


def run_variants(
    runner: Runner,
    variants: Sequence[Variant],
    options: BatchOptions,
    listener: ListenerFactory = lambda _: ignore_progress,
    report: Callable[[RunResult], object] = lambda _: None,
) -> BatchResult:
    """Run the variants; `report` gets each result when its run ends."""
    runs, failures = plan_variants(runner, variants, options)
    listeners = {run.key: listener(progress_label(run)) for run in runs.values()}
    results: dict[str, RunResult] = {}
    for result in runner.run([*runs.values()], options.jobs, listeners, again=options.again, budget_s=options.budget_s):
        key = result.key
        results[key] = replace(result, name=runs[key].name)
        report(results[key])
    unfinished = [run for key, run in runs.items() if key not in results]
    return BatchResult([results[key] for key in runs if key in results], unfinished, failures)


def run_batch(
    runner: Runner,
    specs: Sequence[str],
    seed: int = 0,
    jobs: int | None = None,
    listener: ListenerFactory = lambda _: ignore_progress,
    report: Callable[[RunResult], object] = lambda _: None,
) -> list[RunResult]:
    """Run the solutions and return the results in their order; `report` gets each one when it ends.

    Raises PluginError at the end if the code of a plug-in failed before it could be run.
    """
    options = BatchOptions(seed=seed, jobs=jobs)
    batch = run_variants(runner, [Variant(spec) for spec in specs], options, listener, report)
    for reason in batch.failures.values():
        raise PluginError(reason)
    batch.require_all()
    return batch.results
