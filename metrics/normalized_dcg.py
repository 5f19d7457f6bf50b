"""Normalised discounted cumulative gain with binary relevance."""

from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import NDArray

from metrics.base import GainMetric
from metrics.judgement import RetrievalJudgement

BLOCK = 1024  # queries at once: their gains stay in the CPU cache


@dataclass(frozen=True, repr=False)
class NormalizedDcg(GainMetric):
    """Mean over all queries of the discounted gain among the first `k` ranks, divided by the best possible, in [0, 1].

        nDCG(q) = Σ_{i ≤ k} rel(i) / log2(i + 1)  /  Σ_{i ≤ min(m_q, k)} 1 / log2(i + 1)

    m_q is the number of relevant images, and rel(i) is 1 if a relevant image stands at rank i for the first time. An
    unanswered query, like one without a relevant image, scores 0.
    Source: Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20(4), 2002; with the
    discount log2(i + 1) that is usual today, which applies from rank 2 on.

    >>> from metrics import judge_retrieval
    >>> judgement = judge_retrieval({"q": ["a", "x", "b"]}, {"q": {"a", "b"}, "r": {"d"}})
    >>> NormalizedDcg().per_query(judgement).round(4), round(NormalizedDcg().score(judgement), 4)
    (array([0.9197, 0.    ]), 0.4599)
    """

    prefix = "ndcg"
    independent = True
    perfect_if_hits_lead = True

    def per_query(self, judgement: RetrievalJudgement) -> NDArray[np.float64]:
        hits, discounts = self.hits(judgement), 1 / np.log2(np.arange(2.0, self.k + 2))
        gains = np.empty(len(hits))
        for start in range(0, len(hits), BLOCK):  # running sums add in one order, so that no score exceeds 1
            gains[start : start + BLOCK] = np.cumsum(hits[start : start + BLOCK] * discounts, axis=1)[:, -1]
        best = np.cumsum(discounts)[np.clip(judgement.n_relevant, 1, self.k) - 1]
        return np.asarray(gains / best)

    def gain(self, nth: int, rank: int) -> float:  # noqa: ARG002 (the rank alone decides)
        return 1 / log2(rank + 1)

    def norm(self, n_relevant: int) -> float:
        return sum(1 / log2(rank + 1) for rank in range(1, min(n_relevant, self.k) + 1))
