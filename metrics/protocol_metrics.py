"""The scores of revisited Oxford and Paris: mAP and mP@k by each of the protocols easy, medium and hard."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from itertools import product
from statistics import fmean
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from metrics.base import CompleteRankingMetric, Metric
from metrics.complete_judgement import CompleteJudgement
from metrics.judgement import Judgement
from metrics.protocols import Difficulty, revisited
from metrics.revisited_precision import RevisitedPrecision
from metrics.trapezoid_average_precision import TrapezoidAveragePrecision

_MEASURES: tuple[CompleteRankingMetric, ...] = (TrapezoidAveragePrecision(), *map(RevisitedPrecision, (1, 5, 10)))
_PROTOCOLS: tuple[Difficulty, ...] = ("medium", "hard", "easy")  # the first ranks leaderboards

GradedImages = Mapping[str, Collection[Hashable]]  # grade (easy, hard, ignored) -> images


@dataclass(frozen=True, eq=False)
class ProtocolJudgements(Judgement):
    """The judgements of the same queries by each protocol, in the order of `query_ids`."""

    by_protocol: Mapping[str, CompleteJudgement]

    def select(self, rows: NDArray[Any]) -> Self:
        by_protocol = {name: judgement.select(rows) for name, judgement in self.by_protocol.items()}
        return type(self)(self.query_ids[rows], by_protocol)


@dataclass(frozen=True, repr=False)
class ProtocolMetric(Metric):
    """A measure of complete rankings by one protocol, as in "mAP M" and "mP@10 H" of the papers, in [0, 1].

    A query without a relevant image in a protocol does not count there. `reference_score` takes the grades of each
    query's images.
    Source: Radenović et al., Revisiting Oxford and Paris, CVPR 2018; filipradenovic/revisitop, python/evaluate.py.

    >>> truth = {"q": {"easy": ["a"], "hard": ["b"], "ignored": ["j"]}}
    >>> ProtocolMetric(protocol="hard").reference_score(truth, {"q": ["j", "a", "b"]})
    1.0
    >>> [str(ProtocolMetric(**options)) for options in ProtocolMetric.reported[:4]]
    ['map_medium', 'map_hard', 'map_easy', 'mp@1_medium']
    """

    task = "retrieval"
    independent = True
    reported = tuple({"measure": measure, "protocol": name} for measure, name in product(_MEASURES, _PROTOCOLS))

    measure: CompleteRankingMetric = _MEASURES[0]
    protocol: Difficulty = "medium"

    @property
    def name(self) -> str:
        measure = f"mp@{self.measure.k}" if isinstance(self.measure, RevisitedPrecision) else "map"
        return f"{measure}_{self.protocol}"

    def per_query(self, judgement: ProtocolJudgements) -> NDArray[np.float64]:
        return self.measure.per_query(judgement.by_protocol[self.protocol])

    def reference_score(self, truth: Mapping[str, GradedImages], answers: Mapping[str, Any]) -> float:
        easy, hard, junk = (
            {query: {*images[grade]} for query, images in truth.items()} for grade in ("easy", "hard", "ignored")
        )
        relevant, ignored = revisited(easy, hard, junk, self.protocol)
        slow = self.measure.reference_value
        counting = [query for query in truth if relevant[query]]
        return fmean(slow(answers.get(query, ()), relevant[query], ignored[query]) for query in counting)
