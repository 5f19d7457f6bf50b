"""The paired permutation test: for each query the answers of two systems are exchanged at random.

Source: Smucker, Allan and Carterette, A comparison of statistical significance tests for information retrieval
evaluation, CIKM 2007; Holm, A simple sequentially rejective multiple test procedure, 1979.
"""

from collections.abc import Callable, Sequence

import numpy as np

from metrics.base import ExchangeDifference, Floats, Masks, Metric
from metrics.judgement import Judgement
from metrics.statistics.bootstrap import is_mean, non_decomposable, values_of

ROUNDING = 1e-12  # scores that differ by less are equal

Folds = Sequence[Judgement]  # one judgement a fold; a single one where there are no folds


def permutation_p_value(metric: Metric, a: Folds, b: Folds, exchanges: int, seed: int) -> float:
    """The share of exchanges, the observed one included, under which two systems differ at least as much; never 0."""
    differences = [exchange_difference(metric, one, other) for one, other in zip(a, b, strict=True)]
    sizes = [len(judgement.query_ids) for judgement in a]
    draw = np.random.default_rng(seed)

    def total(mask: Callable[[int], Masks]) -> float:
        return abs(sum(difference(mask(n)) for difference, n in zip(differences, sizes, strict=True)))

    observed = total(lambda n: np.zeros(n, dtype=bool))
    exchanged = [total(lambda n: draw.integers(2, size=n, dtype=bool)) for _ in range(exchanges)]
    return (1 + sum(each >= observed - ROUNDING for each in exchanged)) / (exchanges + 1)


def exchange_difference(metric: Metric, a: Judgement, b: Judgement) -> ExchangeDifference:
    """The difference of two scores as a function of the queries (n_queries,) whose answers are exchanged."""
    if not metric.independent:
        return non_decomposable(metric).exchange_difference(a, b)
    one, other = values_of(metric, a), values_of(metric, b)
    counts = ~np.isnan(one)
    if not is_mean(metric) or not np.array_equal(counts, ~np.isnan(other)):
        return lambda mask: _pooled(metric, np.where(mask, other, one)) - _pooled(metric, np.where(mask, one, other))
    differences = np.where(counts, one - other, 0.0)
    total, n = differences.sum(), np.count_nonzero(counts)
    return lambda mask: float((total - 2 * (differences * mask).sum()) / n)


def holm(p: Sequence[float]) -> list[float]:
    """The p-values after Holm's correction, which bounds the probability of any false rejection among all tests.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    corrected[order] = np.maximum.accumulate(np.sort(p) * np.arange(len(p), 0, -1))
    return [min(float(each), 1.0) for each in corrected]


def _pooled(metric: Metric, values: Floats) -> float:
    return metric.pool(values[~np.isnan(values)])
