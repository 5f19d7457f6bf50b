"""Search for the best parameters of a solution on folds of the training images; test images are not used.

A trial is an ordinary run on every fold, so a failed one is an entry with its reason. Trials are proposed in batches of
four that do not see each other's scores, so the number of jobs does not change them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from math import inf

from harness.errors import HarnessError, SolutionError
from harness.progress import ListenerFactory, ignore_progress
from harness.running.planned_run import PlannedRun
from harness.running.run_progress import progress_label
from harness.running.runner import Runner
from harness.tuning.optuna_proposals import Parameters, ScoredValues, propose
from harness.tuning.study import Trial, TuningStudy, trial_from_entries
from leaderboard import Entry

BATCH_SIZE = 4


def tune(
    study: TuningStudy,
    runner: Runner,
    count: int,
    jobs: int | None = None,
    listener: ListenerFactory = lambda _: ignore_progress,
) -> Iterator[Trial]:
    """Yield `count` trials, first the stored ones, then new ones as they end; each is stored. Runs share `jobs` cores.

    The first trial has the default values. There are fewer trials if the search space is exhausted.

    Raises HarnessError if all trials failed; the next call repeats them.
    """
    trials = _reusable(study, runner, study.load())
    yield from (trial for number, trial in sorted(trials.items()) if number < count)
    report = listener("")
    report("tuning", len(trials), count)
    for start in range(0, count, BATCH_SIZE):
        batch = _propose_batch(study, trials, range(start, min(start + BATCH_SIZE, count)))
        for trial in _run_batch(study, runner, batch, jobs, listener):
            trials[trial.number] = trial
            study.save(trials)
            report("tuning", len(trials), count)
            yield trial
        _require_success(study, trials)
        if not all(number in trials for number in range(start, min(start + BATCH_SIZE, count))):
            return


def _reusable(study: TuningStudy, runner: Runner, trials: Mapping[int, Trial]) -> dict[int, Trial]:
    """Return the stored trials up to the first batch in which a run would be repeated: later ones followed from it."""
    stored = {number: trial for number, trial in sorted(trials.items()) if trial.folds}
    with suppress(SolutionError):  # those of a single one come below
        runner.plan([study.spec(study.values(trial)) for trial in stored.values()], study.seed)
    stale = {number for number, trial in stored.items() if not _is_reusable(study, runner, trial)}
    end = (min(stale) // BATCH_SIZE + 1) * BATCH_SIZE if stale else inf
    return {number: trial for number, trial in trials.items() if number < end and number not in stale}


def _is_reusable(study: TuningStudy, runner: Runner, trial: Trial) -> bool:
    try:
        runs = runner.plan([study.spec(study.values(trial))], study.seed)
    except SolutionError:
        return False
    return tuple(runner.reusable_key(run) for run in runs) == trial.runs


def _propose_batch(study: TuningStudy, trials: Mapping[int, Trial], numbers: range) -> dict[int, Parameters]:
    """Return trial number -> values for those of the numbers that have no trial yet."""
    earlier = [trials[number] for number in range(numbers.start)]
    scored: list[ScoredValues] = [(study.values(trial), trial.score) for trial in earlier]
    batch: dict[int, Parameters] = {}
    higher = study.metric.higher_is_better
    for number in numbers:
        values: Parameters | None = study.values(trials[number]) if number in trials else study.defaults
        if number and number not in trials:
            values = propose(study.space, scored, [*batch.values()], study.seed, higher=higher)
        if values is None:
            break
        batch[number] = values
    return {number: values for number, values in batch.items() if number not in trials}


def _run_batch(
    study: TuningStudy, runner: Runner, batch: Mapping[int, Parameters], jobs: int | None, listener: ListenerFactory
) -> Iterator[Trial]:
    """Yield each trial as the last of its runs ends."""
    planned: dict[int, list[PlannedRun]] = {}
    for number, values in batch.items():
        try:
            planned[number] = runner.plan([study.spec(values)], study.seed)
        except SolutionError as error:
            yield Trial(number, study.arguments(values), (), 0.0, reason=str(error))
    number_of = {run.key: number for number, runs in planned.items() for run in runs}
    entries: dict[int, dict[str, Entry]] = defaultdict(dict)
    killed: set[int] = set()
    runs = [run for of in planned.values() for run in of]
    listeners = {run.key: listener(progress_label(run)) for run in runs}
    for result in runner.run(runs, jobs, listeners) if runs else ():
        number = number_of[result.key]
        done = entries[number]
        done[result.key] = result.entry
        killed |= {number} if result.outcome.kind == "killed" else set()
        if len(done) == len(planned[number]):
            in_order = [done[run.key] for run in planned[number]]
            trial = trial_from_entries(number, study.arguments(batch[number]), in_order, study.metric)
            yield replace(trial, killed=number in killed)


def _require_success(study: TuningStudy, trials: Mapping[int, Trial]) -> None:
    failed = [trial for trial in trials.values() if not trial.folds]
    if len(failed) == len(trials):
        raise HarnessError(f"{study.name}: {len(failed)} trials failed and none has a score: {failed[0].reason}")
