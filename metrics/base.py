"""What every metric is: a small value with a name, a direction and bounds, that scores a judgement."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from metrics.judgement import RetrievalJudgement

Task = Literal["retrieval", "recognition"]


class NoPositives(ValueError):  # noqa: N818 (it says what is missing)
    """No query counts, so that there is nothing to average."""


@dataclass(frozen=True, repr=False)
class Metric(ABC):
    """A way to turn a judgement into a score. It prints as its name, and two of the same name are equal."""

    task: ClassVar[Task]
    higher_is_better: ClassVar[bool] = True
    independent: ClassVar[bool] = True  # what a query gets does not depend on the other queries

    @property
    @abstractmethod
    def name(self) -> str:
        """The canonical name, such as `map@100`: what `metrics.metric` reads."""

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest score there can be."""
        return (0.0, 1.0)

    @abstractmethod
    def per_query(self, judgement: Any) -> NDArray[np.float64]:
        """(n_queries,) values of the task's judgement; nan where a query does not count."""

    def score(self, judgement: Any) -> float:
        """The score of the task's judgement, within `bounds`; NoPositives if no query counts."""
        return self.score_of(self.per_query(judgement))

    def score_of(self, values: NDArray[np.float64]) -> float:
        """The score from what `per_query` gives for the queries to be scored; NoPositives if none of them counts."""
        counting = values[~np.isnan(values)]
        if not len(counting):
            raise NoPositives(f"{self.name}: none of the {len(values)} queries counts, there is nothing to score")
        return self.pool(counting)

    def pool(self, values: NDArray[np.float64]) -> float:
        """One score from the values of the queries that count: their mean, unless a metric says otherwise."""
        return float(np.mean(values))

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, repr=False)
class RetrievalMetric(Metric):
    """A metric of the first `k` ranks."""

    task = "retrieval"
    prefix: ClassVar[str]

    k: int = 100

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ValueError(f"{self.name}: the cut-off must be 1 or more")

    @property
    def name(self) -> str:
        return f"{self.prefix}@{self.k}"

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
