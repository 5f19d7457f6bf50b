"""Mean average precision, as the Google Landmark Retrieval challenges define it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.base import GainMetric
from metrics.judgement import RetrievalJudgement

BLOCK = 1024  # queries at once: their precisions stay in the CPU cache


@dataclass(frozen=True, repr=False)
class MeanAveragePrecision(GainMetric):
    """Mean over all queries of the average precision among the first `k` ranks, in [0, 1].

        AP(q) = 1 / min(m_q, k) · Σ_{i ≤ k} P(i) · rel(i)

    m_q is the number of relevant images, rel(i) is 1 if a relevant image stands at rank i for the first time, and P(i)
    the hits up to rank i divided by i. An unanswered query, like one without a relevant image, scores 0. Other
    definitions of mAP divide by m_q or by k alone, or interpolate, and give other values.
    Source: tensorflow/models, delf/python/datasets/google_landmarks_dataset/metrics.py.

    >>> from metrics import judge_retrieval
    >>> judgement = judge_retrieval({"q": ["a", "a", "x", "b"]}, {"q": {"a", "b", "c"}, "r": {"d"}})
    >>> MeanAveragePrecision().per_query(judgement), MeanAveragePrecision().score(judgement)
    (array([0.5, 0. ]), 0.25)
    """

    prefix = "map"
    position = 0
    independent = True
    perfect_if_hits_lead = True

    def per_query(self, judgement: RetrievalJudgement) -> NDArray[np.float64]:
        hits, ranks = self.hits(judgement), np.arange(1.0, self.k + 1)
        sums = np.empty(len(hits))
        for start in range(0, len(hits), BLOCK):
            block = hits[start : start + BLOCK]
            precisions = np.cumsum(block, axis=1, dtype=np.float64) / ranks
            sums[start : start + BLOCK] = np.einsum("qk,qk->q", precisions, block)
        return sums / np.clip(judgement.n_relevant, 1, self.k)

    def gain(self, nth: int, rank: int) -> float:
        return nth / rank

    def norm(self, n_relevant: int) -> float:
        return min(n_relevant, self.k)
