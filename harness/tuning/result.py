"""What a search came to: the best trial, what such a choice is worth, and whether it is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np

from harness.blending.weights import best_on_other_folds
from harness.errors import HarnessError
from harness.running.runner import Runner
from harness.scoring.stored_evaluation import from_arrays
from harness.tuning.optuna_proposals import parameter_importances
from harness.tuning.study import Trial, TuningStudy
from metrics import Comparison, Judgement, compare

TUNED, DEFAULT = "tuned", "default"


@dataclass(frozen=True)
class TuningResult:
    """The trials with a score, the best first and of equal ones the earliest, and the first of all trials.

    `nested` and `deviation` are mean and standard deviation over the folds where each is scored by the trial that is
    best on the others. `comparison` is of that and the defaults, None where these have no score.
    """

    ranked: tuple[Trial, ...]
    default: Trial
    nested_mean: float
    nested_deviation: float
    comparison: Comparison | None
    importances: dict[str, float]

    @property
    def best(self) -> Trial:
        """Return the best trial."""
        return self.ranked[0]


def summarise_study(study: TuningStudy, runner: Runner, trials: Sequence[Trial]) -> TuningResult:
    """Return what the trials of a search came to. The best is chosen on the folds that it is scored on.

    What is not flattered by the choice is the score of each fold by the trial that is best on the others.

    Raises HarnessError where an entry that a trial was made of is gone.
    """
    trials = sorted(trials, key=lambda trial: trial.number)
    higher = study.metric.higher_is_better
    scored = [trial for trial in trials if trial.folds]
    scores = np.array([trial.folds for trial in scored])
    chosen = best_on_other_folds(scores if higher else -scores)
    nested = scores[chosen, np.arange(scores.shape[1])].tolist()
    told = [(study.values(trial), trial.score) for trial in trials]
    return TuningResult(
        ranked=tuple(sorted(scored, key=lambda trial: trial.score or 0.0, reverse=higher)),
        default=trials[0],
        nested_mean=fmean(nested),
        nested_deviation=stdev(nested),
        comparison=_compared(study, runner, [scored[place] for place in chosen], trials[0]),
        importances=parameter_importances(study.space, told, higher=higher),
    )


def _compared(study: TuningStudy, runner: Runner, chosen: Sequence[Trial], default: Trial) -> Comparison | None:
    """Return the comparison of the trial chosen for each fold and the defaults, query by query."""
    if not default.folds:
        return None
    keys = {TUNED: [trial.runs[fold] for fold, trial in enumerate(chosen)], DEFAULT: default.runs}
    answers = {name: [_judgement(study, runner, key) for key in of] for name, of in keys.items()}
    return compare(study.metric, answers, seed=study.seed)


def _judgement(study: TuningStudy, runner: Runner, key: str) -> Judgement:
    entry = runner.entries.find(key)
    if entry is None or entry.id is None:
        raise HarnessError(
            f"{runner.workspace.database}: an entry of {study.path} is gone; remove that, and run it again"
        )
    ids = np.array(runner.entries.query_ids(entry.id), object)
    return from_arrays(study.metric, ids, runner.entries.per_query(entry.id))
