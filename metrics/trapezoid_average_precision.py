"""Average precision by the trapezoidal rule, as Oxford and Paris Buildings and Holidays define it."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.base import CompleteRankingMetric
from metrics.complete_judgement import CompleteJudgement


@dataclass(frozen=True, repr=False)
class TrapezoidAveragePrecision(CompleteRankingMetric):
    """Mean over the queries with a relevant image of the area under precision over recall, in [0, 1].

        AP(q) = 1 / (2 m_q) · Σ_j (j - 1) / (r_j - 1) + j / r_j

    r_j is the rank of the j-th relevant image, ignored images not counted, and m_q their number; the first term is 1
    where r_j = 1. There is no cut-off. Revisited and classic Oxford and Paris and Holidays all use it; they differ in
    which images are relevant and ignored, see `metrics.protocols`. A query without a relevant image does not count; an
    unanswered one scores 0.
    Source: filipradenovic/revisitop, python/evaluate.py.

    >>> from metrics import judge_complete
    >>> judgement = judge_complete({"q": ["j", "a", "x", "b"]}, {"q": {"a", "b"}, "r": set()}, {"q": {"j"}})
    >>> area = TrapezoidAveragePrecision()
    >>> area.per_query(judgement).round(4), round(area.score(judgement), 4)
    (array([0.7917,    nan]), 0.7917)
    """

    name = "trapezoid_map"
    position = 0

    def per_query(self, judgement: CompleteJudgement) -> NDArray[np.float64]:
        nth = np.arange(1, judgement.ranks.shape[1] + 1)
        after = nth / judgement.ranks
        before = np.where(judgement.ranks == 1, 1.0, (nth - 1) / np.maximum(judgement.ranks - 1, 1))
        area = (before + after).sum(axis=1) / (2 * np.maximum(judgement.n_relevant, 1))
        return np.where(judgement.n_relevant > 0, area, np.nan)

    def reference_value(
        self, ranking: Sequence[Hashable], relevant: Collection[Hashable], ignored: Collection[Hashable]
    ) -> float:
        area, old_recall, old_precision, hits = 0.0, 0.0, 1.0, 0
        for rank, image in enumerate((image for image in ranking if image not in ignored), start=1):
            hits += image in relevant
            new_recall, new_precision = hits / len(relevant), hits / rank
            area += (new_recall - old_recall) * (old_precision + new_precision) / 2
            old_recall, old_precision = new_recall, new_precision
        return area
