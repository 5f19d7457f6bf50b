"""How far down one has to look for the first relevant image."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.base import RetrievalMetric
from metrics.judgement import RetrievalJudgement


@dataclass(frozen=True, repr=False)
class MeanFirstHit(RetrievalMetric):
    """Mean over all queries of the rank of the first hit, in [1, k + 1]; lower is better.

    A query without a hit among the first `k` ranks, or without an answer, counts as k + 1.
    Source: tensorflow/models, delf/python/datasets/google_landmarks_dataset/metrics.py.

    >>> from metrics import judge_retrieval
    >>> judgement = judge_retrieval({"q": ["x", "a"], "r": ["d"]}, {"q": {"a"}, "r": {"d"}, "s": {"e"}})
    >>> MeanFirstHit().per_query(judgement).tolist(), round(MeanFirstHit().score(judgement), 4)
    ([2.0, 1.0, 101.0], 34.6667)
    """

    prefix = "mean_first_hit"
    position = 20
    independent = True
    higher_is_better = False
    value_is_rank = True

    @property
    def bounds(self) -> tuple[float, float]:
        return (1.0, self.k + 1.0)

    def per_query(self, judgement: RetrievalJudgement) -> NDArray[np.float64]:
        hits = self.hits(judgement)
        first = hits.argmax(axis=1)
        return np.where(hits[np.arange(len(hits)), first], first + 1.0, self.k + 1.0)

    def reference_value(self, ranking: Sequence[Hashable], relevant: Collection[Hashable]) -> float:
        for rank, image in enumerate(ranking[: self.k], start=1):
            if image in relevant:
                return rank
        return self.k + 1


@dataclass(frozen=True, repr=False)
class MedianFirstHit(MeanFirstHit):
    """Median over all queries of the rank of the first hit, in [1, k + 1]; lower is better.

    For an even number of queries it is the mean of the two middle ranks. Ranks are counted as in `MeanFirstHit`.

    >>> from metrics import judge_retrieval
    >>> judgement = judge_retrieval({"q": ["x", "a"], "r": ["d"]}, {"q": {"a"}, "r": {"d"}, "s": {"e"}})
    >>> MedianFirstHit().score(judgement)
    2.0
    """

    prefix = "median_first_hit"
    position = 21

    def pool(self, values: NDArray[np.float64]) -> float:
        return float(np.median(values))

    def reference_score(self, truth: Mapping[str, Any], answers: Mapping[str, Any]) -> float:
        return float(median(self.reference_value(answers.get(query, ()), set(truth[query])) for query in truth))
