"""Protection of the public part against probing: what is told of a submission, so that many tell little.

Who hands in often enough learns the public part's ground truth from the scores, and climbs the public board without
getting better: see `leaderboard.overfitting.boosting_attack`. The Ladder mechanism tells a new score only where it is better than
the best so far by more than chance would make it. It is kept for each team apart.
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

DIGITS = 5  # of a score on a plain board


@dataclass(frozen=True, eq=False)
class ReleasedScore:
    """What a team is told after a submission, and the judgement of the one that it is the score of."""

    score: float
    judgement: Judgement


class LeaderboardMechanism(Protocol):
    """A rule for what a team is told. Judgements are of the public queries alone, each time in the same order."""

    def release(self, metric: Metric, new: Judgement, best: ReleasedScore | None = None, /) -> ReleasedScore:
        """What is told after a new submission; `best` is what was told after the one before, None after none.

        Raises NoPositives where no query counts.
        """
        ...


@dataclass(frozen=True)
class PlainMechanism:
    """Every submission's own score, in five digits: what Kaggle tells."""

    def release(self, metric: Metric, new: Judgement, _best: ReleasedScore | None = None, /) -> ReleasedScore:
        """The new submission's score, whatever was told before."""
        return ReleasedScore(round(_score(metric, new), DIGITS), new)


@dataclass(frozen=True)
class LadderMechanism:
    """The best score so far, unless the new one is better by more than `step`; then that, as a multiple of `step`.

    Without a step nothing needs to be chosen: the new score must be better by more than the standard error of its
    difference to the best one's, query by query, and is told as a multiple of 1 / n of the n public queries. By mAP
    that is the paper's variant without parameters, a paired test. GAP is no mean of what the queries got; there the
    standard error is that of the jackknife, which is our extension: the paper's bounds were not proved for it. Neither
    keeps anybody from handing in often and being lucky: of a hundred public queries the best of many stays well above
    its worth.
    Raises LeaderboardError for a step that is not above 0 and at most 1.

    >>> from metrics import QueryValues, metric
    >>> board, map_100 = LadderMechanism(step=0.1), metric("map@100")
    >>> first, little, much = (QueryValues(np.array(["q"], object), np.array([ap])) for ap in (0.43, 0.49, 0.61))
    >>> told = board.released(map_100, first)
    >>> told.score, board.released(map_100, little, told).score, round(board.released(map_100, much, told).score, 5)
    (0.4, 0.4, 0.6)
    """

    step: float | None = None

    def __post_init__(self) -> None:
        if self.step is not None and not 0 < self.step <= 1:
            raise LeaderboardError(f"a step of the Ladder is above 0 and at most 1, not {self.step}")

    def release(self, metric: Metric, new: Judgement, best: ReleasedScore | None = None, /) -> ReleasedScore:
        """`best` itself, or the new submission's score where it is better by enough.

        Raises ValueError where the two were asked other queries.
        """
        score = _score(metric, new)
        if best is not None and not self._is_better(metric, new, score, best):
            return best
        return ReleasedScore(self._rounded(metric, score, new), new)

    def _is_better(self, metric: Metric, new: Judgement, score: float, best: ReleasedScore) -> bool:
        sign = 1 if metric.higher_is_better else -1
        if self.step is not None:
            return sign * (score - best.score) > self.step
        exact = _score(metric, best.judgement)  # what was told is rounded, and by average precision that is much
        return sign * (score - exact) > standard_error(metric, new, best.judgement)

    def _rounded(self, metric: Metric, score: float, judgement: Judgement) -> float:
        n = np.count_nonzero(~np.isnan(values_of(metric, judgement)))
        unit = 1 / n if self.step is None else self.step
        low, high = metric.bounds
        return float(np.clip(np.round(score / unit) * unit, low, high))


def _score(metric: Metric, judgement: Judgement) -> float:
    return metric.score_of(values_of(metric, judgement))
