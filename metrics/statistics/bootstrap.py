"""Confidence intervals of scores by the bootstrap.

As many queries as there are get drawn with replacement and are scored again, many times. The middle 95 % of these
scores are the interval (percentile method). It contains the expected score in about 95 of 100 competitions; by GAP in
fewer where few queries show a landmark (84 of 100 where 10 of 50 do). The BCa method gained some points there and
nothing elsewhere, so it is not used.
Source: Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from metrics.base import Floats, Metric, NonDecomposableMetric, WeightedScore
from metrics.judgement import Judgement

REPLICATES = 1000
LEVEL = 0.95

Counts = NDArray[np.int64]  # (n_queries,) how often each query was drawn
SomeJudgement = TypeVar("SomeJudgement", bound=Judgement)


@dataclass(frozen=True, eq=False)
class QueryValues(Judgement):
    """The value of each query under one metric, where the rest of a judgement was not stored.

    values  (n_queries,) float64  nan where the query does not count
    """

    values: Floats


def intervals(
    metrics: Sequence[Metric],
    judgement: Judgement,
    *,
    replicates: int = REPLICATES,
    level: float = LEVEL,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """The interval of each metric's score, by name: the middle `level` of the resampled scores lies between its bounds.

    All metrics are scored on the same resamples. The order of the queries does not matter. A resample in which no query
    counts is left out, and so is a metric for which no query counts at all.

    >>> from metrics import MeanAveragePrecision, judge_retrieval
    >>> truth = {f"q{i}": ["a"] for i in range(100)}
    >>> judgement = judge_retrieval({f"q{i}": ["a"] for i in range(60)}, truth)
    >>> intervals([MeanAveragePrecision()], judgement)
    {'map@100': (0.5, 0.69)}
    """
    ordered = sorted_by_id(judgement)
    scorers = {metric.name: weighted_score(metric, ordered) for metric in metrics}
    drawn = resamples(ordered, replicates, seed)
    scores = np.array([[score(counts) for score in scorers.values()] for counts in drawn])
    columns = zip(scorers, scores.reshape(-1, len(scorers)).T, strict=True)
    defined = {name: column[~np.isnan(column)] for name, column in columns}
    return {name: interval(column, level) for name, column in defined.items() if len(column)}


def interval(scores: Floats, level: float) -> tuple[float, float]:
    """The bounds of the middle `level` of some scores, interpolated between neighbours.

    >>> interval(np.arange(5.0), 0.5)
    (1.0, 3.0)
    """
    low, high = np.quantile(scores, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def resamples(judgement: Judgement, replicates: int, seed: Any) -> Iterator[Counts]:
    """Yield for each replicate how often each query (n_queries,) was drawn; nothing where there are no queries."""
    n = len(judgement.query_ids)
    draw = np.random.default_rng(seed)
    for _ in range(replicates if n else 0):
        yield np.bincount(draw.integers(n, size=n), minlength=n)


def sorted_by_id(judgement: SomeJudgement) -> SomeJudgement:
    """The judgement sorted by query id, so that the same seed draws the same queries whatever their order was."""
    ids = judgement.query_ids
    return judgement if (ids[1:] > ids[:-1]).all() else judgement.select(np.argsort(ids, kind="stable"))


def values_of(metric: Metric, judgement: Judgement) -> Floats:
    """(n_queries,) the value of each query under the metric."""
    return judgement.values if isinstance(judgement, QueryValues) else metric.per_query(judgement)


def weighted_score(metric: Metric, judgement: Judgement) -> WeightedScore:
    """The score of a judgement as a function of how often each query counts; nan where no query that counts is left.

    The function returns metric.score(judgement.select(np.repeat(np.arange(len(counts)), counts))), up to rounding.
    """
    if not metric.independent:
        return non_decomposable(metric).weighted_score(judgement)
    values = values_of(metric, judgement)
    rows = np.flatnonzero(~np.isnan(values))
    counting = values[rows]
    all_count = len(rows) == len(values)

    def score(counts: Counts) -> float:
        counts = counts if all_count else counts[rows]
        total = counts.sum()
        if not total:
            return np.nan
        return float((counts * counting).sum() / total) if is_mean(metric) else metric.pool(np.repeat(counting, counts))

    return score


def is_mean(metric: Metric) -> bool:
    """Whether a score is the mean of the queries' values."""
    return type(metric).pool is Metric.pool


def non_decomposable(metric: Metric) -> NonDecomposableMetric:
    """The metric itself, as one that defines how it is resampled; TypeError if it does not."""
    if not isinstance(metric, NonDecomposableMetric):
        raise TypeError(f"{metric}: a query's value depends on other queries; derive it from NonDecomposableMetric")
    return metric
