"""Mean average precision, as the Google Landmark Retrieval challenges define it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.base import RetrievalMetric
from metrics.judgement import RetrievalJudgement


@dataclass(frozen=True, repr=False)
class MeanAveragePrecision(RetrievalMetric):
    """Mean over all queries of the average precision among the first `k` ranks, in [0, 1].

        AP(q) = 1 / min(m_q, k) · Σ_{i ≤ k} P(i) · rel(i)

    m_q is the number of relevant images, rel(i) is 1 if a relevant image stands at rank i for the first time, and P(i)
    the hits up to rank i divided by i. An unanswered query, like one without a relevant image, scores 0. Other fields'
    mAP divides by m_q or by k alone, or interpolates: their values differ.
    Source: tensorflow/models, delf/python/datasets/google_landmarks_dataset/metrics.py.

    >>> from metrics import judge_retrieval
    >>> judgement = judge_retrieval({"q": ["a", "a", "x", "b"]}, {"q": {"a", "b", "c"}, "r": {"d"}})
    >>> MeanAveragePrecision().per_query(judgement), MeanAveragePrecision().score(judgement)
    (array([0.5, 0. ]), 0.25)
    """

    prefix = "map"

    def per_query(self, judgement: RetrievalJudgement) -> NDArray[np.float64]:
        query, place = np.nonzero(self.hits(judgement))  # ordered by query, then rank
        n_queries = len(judgement.hits)
        nth_hit = np.arange(1, len(query) + 1) - np.searchsorted(query, query)
        precisions = np.bincount(query, weights=nth_hit / (place + 1), minlength=n_queries)
        return precisions / np.clip(judgement.n_relevant, 1, self.k)
