"""The result of a tuning study: the best trial, its nested score, and the comparison with the defaults."""

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
    """The scored trials, best first and ties in order, and the trial of the default values.

    `nested_mean` and `nested_deviation` are over the folds, each scored by the trial that is best on the others.
    `comparison` is of these trials and the defaults, None if the defaults have no score.
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
    """Return the result of the trials. The score of the best one is biased; the nested score is not.

    Raises HarnessError if an entry of a trial was deleted.
    """
    trials = sorted(trials, key=lambda trial: trial.number)
    higher = study.metric.higher_is_better
    scored = [trial for trial in trials if trial.folds]
    scores = np.array([trial.folds for trial in scored])
    best = best_on_other_folds(scores if higher else -scores)
    nested = scores[best, np.arange(scores.shape[1])].tolist()
    values = [(study.values(trial), trial.score) for trial in trials]
    return TuningResult(
        ranked=tuple(sorted(scored, key=lambda trial: trial.score or 0.0, reverse=higher)),
        default=trials[0],
        nested_mean=fmean(nested),
        nested_deviation=stdev(nested),
        comparison=_compare(study, runner, [scored[place] for place in best], trials[0]),
        importances=parameter_importances(study.space, values, higher=higher),
    )


def _compare(study: TuningStudy, runner: Runner, best: Sequence[Trial], default: Trial) -> Comparison | None:
    """Compare the best trial of each fold with the defaults, query by query."""
    if not default.folds:
        return None
    keys = {TUNED: [trial.runs[fold] for fold, trial in enumerate(best)], DEFAULT: default.runs}
    answers = {name: [_judgement(study, runner, key) for key in of] for name, of in keys.items()}
    return compare(study.metric, answers, seed=study.seed)


def _judgement(study: TuningStudy, runner: Runner, key: str) -> Judgement:
    entry = runner.entries.find(key)
    if entry is None or entry.id is None:
        raise HarnessError(
            f"{runner.workspace.database}: an entry of {study.path} was deleted; remove that file and search again"
        )
    ids = np.array(runner.entries.query_ids(entry.id), object)
    return from_arrays(study.metric, ids, runner.entries.per_query(entry.id))
