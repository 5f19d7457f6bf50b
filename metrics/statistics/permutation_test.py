"""Whether two answers to the same queries differ by more than chance: which is whose is drawn for each query.

Source: Smucker, Allan and Carterette, A comparison of statistical significance tests for information retrieval
evaluation, CIKM 2007; Holm, A simple sequentially rejective multiple test procedure, 1979.
"""

from collections.abc import Callable, Sequence
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from metrics.base import Metric
from metrics.global_average_precision import GlobalAveragePrecision
from metrics.judgement import Judgement, RecognitionJudgement
from metrics.statistics.bootstrap import in_order, is_mean, values_of

ROUNDING = 1e-12  # what differs by less is equal

Folds = Sequence[Judgement]  # one judgement a fold; just one where there are no folds
Swapped = Callable[[NDArray[np.bool_]], float]


def p_exchanged(metric: Metric, a: Folds, b: Folds, exchanges: int, seed: int) -> float:
    """How often two answers differ by as much as they do, if which is whose is drawn for each query; at least 1 / all.

    All are the exchanges drawn and the answers as they are.
    """
    swaps = [swapped(metric, one, other) for one, other in zip(a, b, strict=True)]
    sizes = [len(judgement.query_ids) for judgement in a]
    draw = np.random.default_rng(seed)

    def difference(mask: Callable[[int], NDArray[np.bool_]]) -> float:
        return abs(sum(swap(mask(n)) for swap, n in zip(swaps, sizes, strict=True)))

    found = difference(lambda n: np.zeros(n, dtype=bool))
    drawn = [difference(lambda n: draw.integers(2, size=n, dtype=bool)) for _ in range(exchanges)]
    return (1 + sum(each >= found - ROUNDING for each in drawn)) / (exchanges + 1)


@singledispatch
def swapped(metric: Metric, a: Judgement, b: Judgement) -> Swapped:
    """The difference of two scores as a function of the queries (n_queries,) of which the answers are exchanged."""
    one, other = values_of(metric, a), values_of(metric, b)
    counts = ~np.isnan(one)
    if not is_mean(metric) or not np.array_equal(counts, ~np.isnan(other)):
        return lambda swap: _pooled(metric, np.where(swap, other, one)) - _pooled(metric, np.where(swap, one, other))
    differences = np.where(counts, one - other, 0.0)
    total, n = differences.sum(), np.count_nonzero(counts)
    return lambda swap: float((total - 2 * (differences * swap).sum()) / n)


@swapped.register
def _(metric: GlobalAveragePrecision, a: RecognitionJudgement, b: RecognitionJudgement) -> Swapped:
    """An answer goes over to the other list with its rank, for confidences of two solutions are on different scales.

    All answers of both are put in order once, by rank, then by id; of each query one is in the one list, one in the
    other.
    """
    if not np.array_equal(a.landmark, b.landmark):
        raise ValueError("the two were judged by different ground truths")
    of_a, of_b = in_order(metric, a), in_order(metric, b)
    rows = np.concatenate([of_a, of_b])
    order = np.lexsort((a.query_ids[rows], np.concatenate([np.arange(len(of_a)), np.arange(len(of_b))])))
    rows, is_b = rows[order], order >= len(of_a)
    wrong = ~np.where(is_b, b.correct[rows], a.correct[rows])
    right = np.flatnonzero(~wrong)
    wrong_before, nth_any = wrong.cumsum()[right], np.arange(1, len(right) + 1)
    n_landmark = np.count_nonzero(a.landmark)

    def difference(swap: NDArray[np.bool_]) -> float:
        in_b = swap[rows] ^ is_b
        before, theirs = (in_b & wrong).cumsum()[right], in_b[right]
        nth_theirs = theirs.cumsum()
        nth = np.where(theirs, nth_theirs, nth_any - nth_theirs)
        precision = nth / (nth + np.where(theirs, before, wrong_before - before))
        return float((precision * np.where(theirs, -1, 1)).sum() / n_landmark)

    return difference


def holm(p: Sequence[float]) -> list[float]:
    """The p-values, corrected so that the chance of any false find among all is what one alone would have.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    corrected[order] = np.maximum.accumulate(np.sort(p) * np.arange(len(p), 0, -1))
    return [min(float(each), 1.0) for each in corrected]


def _pooled(metric: Metric, values: NDArray[np.float64]) -> float:
    return metric.pool(values[~np.isnan(values)])
