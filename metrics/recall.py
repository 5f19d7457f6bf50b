"""Recall among the first ranks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.base import GainMetric
from metrics.judgement import RetrievalJudgement


@dataclass(frozen=True, repr=False)
class Recall(GainMetric):
    """Mean over all queries of the hits among the first `k` ranks divided by the number of relevant images, in [0, 1].

    A query with more than k relevant images cannot reach 1. An unanswered query, like one without a relevant image,
    scores 0. The challenges' evaluator has no recall; repeats and the mean are treated as in its other metrics.

    >>> from metrics import judge_retrieval
    >>> judgement = judge_retrieval({"q": ["a", "x", "a", "b"]}, {"q": {"a", "b", "c", "e"}, "r": {"d"}})
    >>> Recall(k=4).per_query(judgement), Recall(k=4).score(judgement)
    (array([0.5, 0. ]), 0.25)
    """

    prefix = "recall"
    position = 30
    independent = True

    def per_query(self, judgement: RetrievalJudgement) -> NDArray[np.float64]:
        return np.asarray(self.n_hits(judgement) / np.maximum(judgement.n_relevant, 1))

    def norm(self, n_relevant: int) -> float:
        return n_relevant
