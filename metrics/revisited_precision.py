"""Precision among the first ranks, as revisited Oxford and Paris define it."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.base import CompleteRankingMetric, CutOffMetric
from metrics.complete_judgement import CompleteJudgement


@dataclass(frozen=True, repr=False)
class RevisitedPrecision(CutOffMetric, CompleteRankingMetric):
    """Mean over the queries with a relevant image of the precision at `k`, or at the last relevant image, in [0, 1].

    Precision is taken at the last relevant image if it stands before rank k, ignored images not counted. A query
    without a relevant image does not count; an unanswered one scores 0.
    Source: filipradenovic/revisitop, python/evaluate.py.

    >>> from metrics import judge_complete
    >>> judgement = judge_complete({"q": ["j", "a", "x", "b"]}, {"q": {"a", "b"}, "r": set()}, {"q": {"j"}})
    >>> RevisitedPrecision(k=2).per_query(judgement), round(RevisitedPrecision(k=10).score(judgement), 4)
    (array([0.5, nan]), 0.6667)
    """

    prefix = "revisited_precision"
    position = 10
    reported = tuple({"k": k} for k in (1, 5, 10))

    k: int = 10

    def per_query(self, judgement: CompleteJudgement) -> NDArray[np.float64]:
        ranks = np.where(np.arange(judgement.ranks.shape[1]) < judgement.n_relevant[:, None], judgement.ranks, 0)
        depth = np.clip(ranks.max(axis=1, initial=0), 1, self.k)
        precision = np.count_nonzero(judgement.ranks <= depth[:, None], axis=1) / depth
        return np.where(judgement.n_relevant > 0, precision, np.nan)

    def reference_value(
        self, ranking: Sequence[Hashable], relevant: Collection[Hashable], ignored: Collection[Hashable]
    ) -> float:
        head = [image for image in ranking if image not in ignored][: self.k]
        if set(relevant) <= set(head):
            while head[-1] not in relevant:
                head.pop()
            return len(set(relevant)) / len(head)
        return len([image for image in head if image in relevant]) / self.k
