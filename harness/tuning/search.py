"""Search the best parameters of a solution on folds of the train images; the test images have no part in it.

A trial is a run on every fold, like any other, so one that fails is a row with its reason. Trials are proposed four at
a time, knowing no scores of each other: what is tried is the same for any number of jobs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from harness.errors import HarnessError, SolutionError
from harness.progress import ProgressListener, ignore_progress
from harness.running.runner import PlannedRun, Runner
from harness.tuning.optuna_proposals import ParameterValues, ScoredValues, propose
from harness.tuning.study import Trial, TuningStudy, trial_from_entries
from leaderboard import Entry

BATCH_SIZE = 4

Listeners = Callable[[str], ProgressListener]  # makes one for each named job


def tune(
    study: TuningStudy, runner: Runner, count: int, jobs: int | None = None, listener: Listeners = lambda _: ignore_progress
) -> Iterator[Trial]:
    """Yield the trials up to a number of them as they end, those that were made before first; each is kept.

    The first has the defaults. There are fewer where no other values were found to try. `jobs` cores are shared out.

    Raises HarnessError where the first four failed; they are tried again another time.
    """
    known = study.load()
    yield from (trial for number, trial in sorted(known.items()) if number < count)
    bar = listener("")
    for start in range(0, count, BATCH_SIZE):
        asked = _asked(study, known, range(start, min(start + BATCH_SIZE, count)))
        for trial in _made(study, runner, asked, jobs, listener):
            known[trial.number] = trial
            study.save(known)
            bar("tuning", len(known), count)
            yield trial
        _require_any(study, known)
        if not all(number in known for number in range(start, min(start + BATCH_SIZE, count))):
            return


def _asked(study: TuningStudy, known: Mapping[int, Trial], numbers: range) -> dict[int, ParameterValues]:
    """Return what is still to be tried of these trials, by their numbers."""
    told: list[ScoredValues] = [(study.values(known[number]), known[number].score) for number in range(numbers.start)]
    found: dict[int, ParameterValues] = {}
    for number in numbers:
        values = study.values(known[number]) if number in known else _proposed(study, told, list(found.values()))
        if values is None:
            break
        found[number] = values
    return {number: values for number, values in found.items() if number not in known}


def _proposed(study: TuningStudy, told: Sequence[ScoredValues], pending: Sequence[ParameterValues]) -> ParameterValues | None:
    if not told and not pending:
        return study.defaults
    return propose(study.space, told, pending, study.seed, higher=study.metric.higher_is_better)


def _made(
    study: TuningStudy, runner: Runner, asked: Mapping[int, ParameterValues], jobs: int | None, listener: Listeners
) -> Iterator[Trial]:
    """Yield each trial as the last of its runs ends."""
    planned: dict[int, list[PlannedRun]] = {}
    for number, values in asked.items():
        try:
            planned[number] = runner.plan([study.spec(values)], study.seed)
        except SolutionError as error:
            yield Trial(number, study.arguments(values), (), 0.0, reason=str(error))
    number_of = {run.key: number for number, runs in planned.items() for run in runs}
    entries: dict[int, dict[str, Entry]] = defaultdict(dict)
    runs = [run for of in planned.values() for run in of]
    watch = {run.key: listener(f"{run.identity} {run.split}") for run in runs}
    for result in runner.run(runs, jobs, watch) if runs else ():
        number = number_of[result.entry.run_key]
        done = entries[number]
        done[result.entry.run_key] = result.entry
        if len(done) == len(planned[number]):
            in_order = [done[run.key] for run in planned[number]]
            yield trial_from_entries(number, study.arguments(asked[number]), in_order, study.metric)


def _require_any(study: TuningStudy, known: Mapping[int, Trial]) -> None:
    failed = [trial for trial in known.values() if not trial.folds]
    if len(failed) == len(known):
        raise HarnessError(f"{study.name}: {len(failed)} trials failed and none has a score: {failed[0].reason}")
