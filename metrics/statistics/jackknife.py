"""Standard errors of a score, or of the difference of two, by the jackknife, which leaves out one query at a time."""

import numpy as np

from metrics.base import Floats, Metric
from metrics.judgement import Judgement
from metrics.statistics.bootstrap import is_mean, non_decomposable, values_of


def standard_error(metric: Metric, judgement: Judgement, other: Judgement | None = None) -> float:
    """The standard error of a score, or of its difference to the score of another answer to the same queries.

    For a mean it is the standard deviation of the queries' values, or of their differences, divided by √n. It is inf
    where fewer than two queries count. Raises ValueError if the queries or their order differ.
    Source: Efron and Tibshirani, An Introduction to the Bootstrap, chapter 11.

    >>> from metrics import QueryValues, metric
    >>> answers = QueryValues(np.array(["p", "q", "r"], object), np.array([1.0, 0.0, 0.5]))
    >>> round(standard_error(metric("map@100"), answers), 4), standard_error(metric("map@100"), answers, answers)
    (0.2887, 0.0)
    """
    scores = leave_one_out_scores(metric, judgement)
    if other is not None:
        if not np.array_equal(judgement.query_ids, other.query_ids):
            raise ValueError("the two judgements are of different queries")
        scores = scores - leave_one_out_scores(metric, other)
    n = len(scores)
    if n < 2 or np.isnan(scores).any():
        return float("inf")
    return float(np.sqrt((n - 1) * scores.var()))


def leave_one_out_scores(metric: Metric, judgement: Judgement) -> Floats:
    """(n,) the score without each of the n queries that count, in their order; nan where none would be left.

    Raises ValueError for a metric that pools otherwise than by the mean: the jackknife is wrong for medians.
    """
    if not metric.independent:
        return non_decomposable(metric).leave_one_out_scores(judgement)
    if not is_mean(metric):
        raise ValueError(f"{metric.name} is not a mean, so it has no standard error by the jackknife")
    values = values_of(metric, judgement)
    counting = values[~np.isnan(values)]
    n = len(counting)
    return (counting.sum() - counting) / (n - 1) if n > 1 else np.full(n, np.nan)
