"""Leaderboard mechanisms, which decide what public score a team sees, so that probing the public part gains little.

A team that submits often enough learns the public part's ground truth from the scores, and climbs the public board
without getting better: see `leaderboard.overfitting.boosting_attack`. The Ladder mechanism releases a new score only if
it is better than the best so far by more than chance explains. Each team has its own sequence of scores.
Source: Blum and Hardt, The Ladder: a reliable leaderboard for machine learning competitions, ICML 2015,
https://arxiv.org/abs/1502.04585, and their code, https://github.com/mrtzh/Ladder.jl.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from leaderboard.errors import LeaderboardError
from metrics import Judgement, Metric
from metrics.statistics.bootstrap import values_of
from metrics.statistics.jackknife import standard_error

DIGITS = 5  # of a score of the plain mechanism


@dataclass(frozen=True, eq=False)
class ReleasedScore:
    """The score that a team sees after a submission, and the judgement of the submission that has this score."""

    score: float
    judgement: Judgement


class LeaderboardMechanism(Protocol):
    """A rule that decides which score a team sees. Judgements are of the public queries only, in the same order."""

    def release(self, metric: Metric, new: Judgement, best: ReleasedScore | None = None, /) -> ReleasedScore:
        """The score released after a submission; `best` is the release before it. NoPositives if no query counts."""
        ...


@dataclass(frozen=True)
class PlainMechanism:
    """Every submission's own score, rounded to five digits, as on Kaggle."""

    def release(self, metric: Metric, new: Judgement, _best: ReleasedScore | None = None, /) -> ReleasedScore:
        """The new submission's score, whatever was released before."""
        return ReleasedScore(round(_score(metric, new), DIGITS), new)


@dataclass(frozen=True)
class LadderMechanism:
    """The Ladder: the best score so far, or the new one as a multiple of `step` if it is better by more than `step`.

    Without a step there is no parameter: the new score must be better by more than the standard error of the paired
    difference to the best one, and is rounded to a multiple of 1 / n for n public queries. By mAP that is the paper's
    parameter-free variant. GAP is not a mean over queries; its standard error is that of the jackknife. This is our
    extension, for which the paper's bounds are not proved. Neither variant prevents lucky submissions: with a hundred
    public queries the best of many stays well above its true score.
    Raises LeaderboardError for a step that is not above 0 and at most 1.

    >>> from metrics import QueryValues, metric
    >>> ladder, map_100 = LadderMechanism(step=0.1), metric("map@100")
    >>> first, little, much = (QueryValues(np.array(["q"], object), np.array([ap])) for ap in (0.43, 0.49, 0.61))
    >>> best = ladder.release(map_100, first)
    >>> best.score, ladder.release(map_100, little, best).score, round(ladder.release(map_100, much, best).score, 5)
    (0.4, 0.4, 0.6)
    """

    step: float | None = None

    def __post_init__(self) -> None:
        if self.step is not None and not 0 < self.step <= 1:
            raise LeaderboardError(f"a step of the Ladder is above 0 and at most 1, not {self.step}")

    def release(self, metric: Metric, new: Judgement, best: ReleasedScore | None = None, /) -> ReleasedScore:
        """`best`, or the new score if it is better by enough; ValueError for judgements of different queries."""
        score = _score(metric, new)
        if best is not None and not self._is_better(metric, new, score, best):
            return best
        return ReleasedScore(self._rounded(metric, score, new), new)

    def _is_better(self, metric: Metric, new: Judgement, score: float, best: ReleasedScore) -> bool:
        sign = 1 if metric.higher_is_better else -1
        if self.step is not None:
            return sign * (score - best.score) > self.step
        exact = _score(metric, best.judgement)  # the released score is rounded, which is much for an average precision
        return sign * (score - exact) > standard_error(metric, new, best.judgement)

    def _rounded(self, metric: Metric, score: float, judgement: Judgement) -> float:
        n = np.count_nonzero(~np.isnan(values_of(metric, judgement)))
        unit = 1 / n if self.step is None else self.step
        low, high = metric.bounds
        return float(np.clip(np.round(score / unit) * unit, low, high))


def _score(metric: Metric, judgement: Judgement) -> float:
    return metric.score_of(values_of(metric, judgement))
