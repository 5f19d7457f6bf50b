"""How far a score, or the difference of two, may be off: the jackknife, which leaves out one query after the other."""

from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from metrics.base import Metric
from metrics.global_average_precision import GlobalAveragePrecision
from metrics.judgement import Judgement, RecognitionJudgement
from metrics.statistics.bootstrap import in_order, is_mean, values_of


def standard_error(metric: Metric, judgement: Judgement, other: Judgement | None = None) -> float:
    """The standard error of a score, or of its difference to the score of another answer to the same queries.

    Of a mean it is the deviation of the queries' values, or of their differences, divided by √n. inf where fewer than
    two queries count. Raises ValueError where the two were asked other queries, each in the same order.
    Source: Efron and Tibshirani, An Introduction to the Bootstrap, chapter 11.

    >>> from metrics import QueryValues, metric
    >>> answers = QueryValues(np.array(["p", "q", "r"], object), np.array([1.0, 0.0, 0.5]))
    >>> round(standard_error(metric("map@100"), answers), 4), standard_error(metric("map@100"), answers, answers)
    (0.2887, 0.0)
    """
    scores = left_out(metric, judgement)
    if other is not None:
        if not np.array_equal(judgement.query_ids, other.query_ids):
            raise ValueError("the two were not asked the same queries")
        scores = scores - left_out(metric, other)
    n = len(scores)
    if n < 2 or np.isnan(scores).any():
        return float("inf")
    return float(np.sqrt((n - 1) * scores.var()))


@singledispatch
def left_out(metric: Metric, judgement: Judgement) -> NDArray[np.float64]:
    """(n,) the score without each of the n queries that count, in their order; nan where none would be left.

    Only for GAP and for what is a mean. Raises ValueError for other metrics, for whose medians the jackknife is wrong.
    """
    if not is_mean(metric):
        raise ValueError(f"{metric.name} is no mean, and has no standard error by the jackknife")
    values = values_of(metric, judgement)
    kept = values[~np.isnan(values)]
    return (kept.sum() - kept) / (len(kept) - 1) if len(kept) > 1 else np.full(len(kept), np.nan)


@left_out.register
def _(metric: GlobalAveragePrecision, judgement: RecognitionJudgement) -> NDArray[np.float64]:
    """Every query counts. Without the answer at a rank those below it move up by one.

    Below a wrong answer that is left out the precisions c / r become c / (r - 1), below a right one (c - 1) / (r - 1).
    """
    order = in_order(metric, judgement)
    right = judgement.correct[order]
    ranks, rights = np.arange(1.0, len(order) + 1), right.cumsum()
    precisions = right * rights / ranks
    moved = right / np.maximum(ranks - 1, 1)
    sums = np.full(len(judgement.query_ids), precisions.sum())
    sums[order] = precisions.cumsum() - precisions + _below(moved * rights) - right * _below(moved)
    n_landmark = np.count_nonzero(judgement.landmark) - judgement.landmark
    return np.where(n_landmark > 0, sums / np.maximum(n_landmark, 1), np.nan)


def _below(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of all values after each."""
    return np.asarray(values.sum() - values.cumsum())
