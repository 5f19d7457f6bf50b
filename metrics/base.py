"""The base classes of metrics: small values with a name, a direction and bounds that score a judgement."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from metrics.judgement import RetrievalJudgement

Task = Literal["retrieval", "recognition"]

Floats = NDArray[np.float64]
Masks = NDArray[np.bool_]
WeightedScore = Callable[[NDArray[np.int64]], float]  # (n_queries,) how often each query counts -> score
ExchangeDifference = Callable[[Masks], float]  # (n_queries,) whose answers are exchanged -> difference of two scores
PartScores = Callable[[Masks], Floats]  # (n_draws, n_queries) which are public -> (n_draws, 2, n_answers) scores


class NoPositives(ValueError):  # noqa: N818 (it says what is missing)
    """No query counts, so there is nothing to average."""


@dataclass(frozen=True, repr=False)
class Metric(ABC):
    """A function from a judgement to a score. It prints as its name, and two metrics of the same name are equal.

    `position` is its place among the reported metrics of its task; the metric at 0 ranks leaderboards. `reported` has
    the parameters of the variants that are reported, `selectable` those of others that `metrics.metric` knows.
    """

    task: ClassVar[Task]
    higher_is_better: ClassVar[bool] = True
    position: ClassVar[int] = 100
    reported: ClassVar[tuple[Mapping[str, Any], ...]] = ({},)
    selectable: ClassVar[tuple[Mapping[str, Any], ...]] = ()

    @property
    @abstractmethod
    def name(self) -> str:
        """The canonical name, such as `map@100`: what `metrics.metric` reads."""

    @property
    @abstractmethod
    def independent(self) -> bool:
        """Whether a query's value does not depend on the other queries; if it does, see NonDecomposableMetric."""

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest possible score."""
        return (0.0, 1.0)

    @abstractmethod
    def per_query(self, judgement: Any) -> Floats:
        """(n_queries,) values of a judgement of the task; nan where a query does not count."""

    @abstractmethod
    def reference_score(self, truth: Mapping[str, Any], answers: Mapping[str, Any]) -> float:
        """The score computed slowly and plainly from ids, as a reference; it shares no code with `per_query`."""

    def score(self, judgement: Any) -> float:
        """The score of a judgement of the task, within `bounds`; NoPositives if no query counts."""
        return self.score_of(self.per_query(judgement))

    def score_of(self, values: Floats) -> float:
        """The score from the values of `per_query` of the queries to be scored; NoPositives if none of them counts."""
        counting = values[~np.isnan(values)]
        if not len(counting):
            raise NoPositives(f"{self.name}: none of the {len(values)} queries counts, there is nothing to score")
        return self.pool(counting)

    def pool(self, values: Floats) -> float:
        """One score from the values of the queries that count: their mean, unless a metric overrides it."""
        return float(np.mean(values))

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, repr=False)
class NonDecomposableMetric(Metric):
    """A metric in which a query's value depends on the other queries, so it defines itself how it is resampled."""

    independent = False

    @abstractmethod
    def weighted_score(self, judgement: Any) -> WeightedScore:
        """The score as a function of how often each query counts; nan where none is left. For the bootstrap."""

    @abstractmethod
    def leave_one_out_scores(self, judgement: Any) -> Floats:
        """(n_queries,) the score without each query; nan where none is left. For the jackknife."""

    @abstractmethod
    def exchange_difference(self, a: Any, b: Any) -> ExchangeDifference:
        """The difference of two scores as a function of the exchanged queries. For the permutation test."""

    @abstractmethod
    def part_scores(self, answers: Sequence[Any]) -> PartScores:
        """The scores of the public and the private part as a function of the public queries of many draws."""


@dataclass(frozen=True, repr=False)
class CutOffMetric(Metric):
    """A retrieval metric at a cut-off `k`, called `prefix@k`; ValueError for a cut-off below 1."""

    task = "retrieval"
    prefix: ClassVar[str]

    k: int = 100

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ValueError(f"{self.name}: the cut-off must be 1 or more")

    @property
    def name(self) -> str:
        return f"{self.prefix}@{self.k}"


@dataclass(frozen=True, repr=False)
class RetrievalMetric(CutOffMetric):
    """A metric of the first `k` ranks.

    `value_is_rank`: a query's value is a rank, k + 1 without a hit. `perfect_if_hits_lead`: the score is 1 exactly if
    the first min(R, k) images of every ranking are different hits, of R relevant images.
    """

    value_is_rank: ClassVar[bool] = False
    perfect_if_hits_lead: ClassVar[bool] = False

    def hits(self, judgement: RetrievalJudgement) -> NDArray[np.bool_]:
        """(n_queries, k) hits; ValueError if fewer ranks were judged."""
        judged = judgement.hits.shape[1]
        if judged < self.k:
            raise ValueError(f"{self.name} needs {self.k} ranks, the judgement holds {judged}")
        return judgement.hits[:, : self.k]

    def n_hits(self, judgement: RetrievalJudgement) -> NDArray[np.int64]:
        """(n_queries,) hits among the first k ranks."""
        counts = np.bitwise_count(np.packbits(self.hits(judgement), axis=1))
        return np.asarray(counts.sum(axis=1, dtype=np.int64))

    @abstractmethod
    def reference_value(self, ranking: Sequence[Hashable], relevant: Collection[Hashable]) -> float:
        """The value of one query, computed from ids."""

    def reference_score(self, truth: Mapping[str, Any], answers: Mapping[str, Any]) -> float:
        return fmean(self.reference_value(answers.get(query, ()), set(images)) for query, images in truth.items())


@dataclass(frozen=True, repr=False)
class GainMetric(RetrievalMetric):
    """A retrieval metric with a slow reference: the mean of the summed `gain` of the hits, divided by `norm`."""

    def gain(self, nth: int, rank: int) -> float:  # noqa: ARG002 (for metrics that discount lower ranks)
        """What the nth hit of a ranking adds if it stands at `rank`; both count from 1."""
        return 1.0

    @abstractmethod
    def norm(self, n_relevant: int) -> float:
        """The divisor of a query with so many relevant images."""

    def reference_value(self, ranking: Sequence[Hashable], relevant: Collection[Hashable]) -> float:
        hits: list[Hashable] = []
        total = 0.0
        for rank, image in enumerate(ranking[: self.k], start=1):
            if image in relevant and image not in hits:
                hits.append(image)
                total += self.gain(len(hits), rank)
        return total / self.norm(len(relevant))


@dataclass(frozen=True, repr=False)
class CompleteRankingMetric(Metric):
    """A metric of a `CompleteJudgement`."""

    task = "retrieval"
    independent = True

    @abstractmethod
    def reference_value(
        self, ranking: Sequence[Hashable], relevant: Collection[Hashable], ignored: Collection[Hashable]
    ) -> float:
        """The value of one query with a relevant image, computed from ids."""

    def reference_score(self, truth: Mapping[str, Any], answers: Mapping[str, Any]) -> float:
        counting = {query: set(images) for query, images in truth.items() if images}
        return fmean(self.reference_value(answers.get(query, ()), images, ()) for query, images in counting.items())


@dataclass(frozen=True, repr=False)
class RecognitionMetric(Metric):
    """A metric of a `RecognitionJudgement`; `uses_confidence` says whether the confidences order the answers."""

    task = "recognition"
    uses_confidence: ClassVar[bool]
