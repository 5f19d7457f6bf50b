"""Precision among the first ranks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.base import GainMetric
from metrics.judgement import RetrievalJudgement


@dataclass(frozen=True, repr=False)
class Precision(GainMetric):
    """Mean over all queries of the hits among the first `k` ranks divided by `k`, in [0, 1].

    A list that ends before rank k is still divided by k, so a query with fewer than k relevant images cannot reach 1.
    Source: tensorflow/models, delf/python/datasets/google_landmarks_dataset/metrics.py.

    >>> from metrics import judge_retrieval
    >>> judgement = judge_retrieval({"q": ["a", "x", "b"]}, {"q": {"a", "b"}, "r": {"d"}})
    >>> Precision(k=4).per_query(judgement), Precision(k=4).score(judgement)
    (array([0.5, 0. ]), 0.25)
    """

    prefix = "precision"
    position = 10
    independent = True
    reported = tuple({"k": k} for k in (1, 5, 10, 50, 100))

    def per_query(self, judgement: RetrievalJudgement) -> NDArray[np.float64]:
        return np.asarray(self.n_hits(judgement) / self.k)

    def norm(self, n_relevant: int) -> float:  # noqa: ARG002 (the same for all queries)
        return self.k
