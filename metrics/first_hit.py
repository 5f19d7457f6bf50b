"""How far down one has to look for the first relevant image."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.base import RetrievalMetric
from metrics.judgement import RetrievalJudgement


@dataclass(frozen=True, repr=False)
class MeanFirstHit(RetrievalMetric):
    """Mean over all queries of the rank of the first hit, in [1, k + 1]; less is better.

    A query without a hit among the first `k` ranks, or without an answer, counts as k + 1.
    Source: tensorflow/models, delf/python/datasets/google_landmarks_dataset/metrics.py.

    >>> from metrics import judge_retrieval
    >>> judgement = judge_retrieval({"q": ["x", "a"], "r": ["d"]}, {"q": {"a"}, "r": {"d"}, "s": {"e"}})
    >>> MeanFirstHit().per_query(judgement).tolist(), round(MeanFirstHit().score(judgement), 4)
    ([2.0, 1.0, 101.0], 34.6667)
    """

    prefix = "mean_first_hit"
    higher_is_better = False

    @property
    def bounds(self) -> tuple[float, float]:
        return (1.0, self.k + 1.0)

    def per_query(self, judgement: RetrievalJudgement) -> NDArray[np.float64]:
        hits = self.hits(judgement)
        first = hits.argmax(axis=1)
        return np.where(hits[np.arange(len(hits)), first], first + 1.0, self.k + 1.0)


@dataclass(frozen=True, repr=False)
class MedianFirstHit(MeanFirstHit):
    """Median over all queries of the rank of the first hit, in [1, k + 1]; less is better.

    Half a rank where the two middle queries differ. Ranks are counted as in `MeanFirstHit`.

    >>> from metrics import judge_retrieval
    >>> judgement = judge_retrieval({"q": ["x", "a"], "r": ["d"]}, {"q": {"a"}, "r": {"d"}, "s": {"e"}})
    >>> MedianFirstHit().score(judgement)
    2.0
    """

    prefix = "median_first_hit"

    def pool(self, values: NDArray[np.float64]) -> float:
        return float(np.median(values))
