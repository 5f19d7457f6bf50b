"""Scores of the public and the private part, if other queries had been drawn for each."""

from collections.abc import Callable, Iterator, Sequence
from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.base import Metric
from metrics.global_average_precision import GlobalAveragePrecision
from metrics.judgement import Judgement
from metrics.statistics.bootstrap import in_order, is_mean, values_of

BLOCK = 64  # draws at once: a row of their masks is a line of the processor's cache

Masks = NDArray[np.bool_]  # (n_draws, n_queries) which queries are public
Divided = Callable[[Masks], NDArray[np.float64]]


def drawn_masks(public: NDArray[np.bool_], strata: NDArray[Any], draws: int, seed: int) -> Iterator[Masks]:
    """Yield draws of the public queries, some at a time: of each stratum as many are public as were in `public`.

    >>> public, strata = np.array([True, False, False, True]), np.array([0, 0, 1, 1])
    >>> [masks.sum(axis=1).tolist() for masks in drawn_masks(public, strata, 3, seed=0)]
    [[2, 2, 2]]
    """
    from metrics.statistics.public_redraws_kernels import choose

    rows = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    for start in range(0, draws, BLOCK):
        masks = np.zeros((min(BLOCK, draws - start), len(public)), dtype=bool)
        for number, mask in enumerate(masks, start):
            draw = np.random.default_rng([seed, number])
            for own in rows:
                choose(own.copy(), draw.random(np.count_nonzero(public[own])), mask)
        yield masks


@singledispatch
def divided(metric: Metric, answers: Sequence[Judgement]) -> Divided:
    """The scores (n_draws, 2, n_answers) of the public and the private part as a function of the draws.

    The answers are to the same queries in the same order. The function gives what metric.score does of the queries of
    a part, up to rounding; nan where none of them counts. Raises ValueError for a metric that is neither a mean nor
    GAP.
    """
    if not is_mean(metric):
        raise ValueError(f"{metric.name} is no mean, and is not drawn anew")
    values = np.stack([values_of(metric, answer) for answer in answers], axis=1)
    counts = (~np.isnan(values)).astype(np.float64)
    if (counts == counts[:, :1]).all():  # as a rule the same queries count for all
        counts = counts[:, :1]
    table = np.hstack([np.nan_to_num(values, copy=False), counts])
    totals = table.sum(axis=0)

    def scores(masks: Masks) -> NDArray[np.float64]:
        public = masks.astype(np.float64) @ table
        sums, n = np.split(np.stack([public, totals - public], axis=1), [len(answers)], axis=2)
        return _shares(sums, np.round(n))

    return scores


@divided.register
def _(metric: GlobalAveragePrecision, answers: Sequence[Any]) -> Divided:
    """The answers of each part are ranked among themselves, so the precisions are counted anew for every draw."""
    from metrics.statistics.public_redraws_kernels import precision_sums

    orders = [in_order(metric, answer) for answer in answers]
    rights = [answer.correct[order] for answer, order in zip(answers, orders, strict=True)]
    landmark = np.stack([answer.landmark for answer in answers], axis=1).astype(np.float64)
    totals = landmark.sum(axis=0)

    def scores(masks: Masks) -> NDArray[np.float64]:
        public = np.ascontiguousarray(masks.T).view(np.uint8)
        sums = np.zeros((len(answers), 2, len(masks)))
        for order, right, own in zip(orders, rights, sums, strict=True):
            precision_sums(order, right, public, own)
        n = np.round(masks.astype(np.float64) @ landmark)
        return _shares(sums.transpose(2, 1, 0), np.stack([n, totals - n], axis=1))

    return scores


def _shares(sums: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(n > 0, sums / np.maximum(n, 1), np.nan)
