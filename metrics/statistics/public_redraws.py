"""Scores of the public and the private part under other random draws of the public queries."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.base import Floats, Masks, Metric, PartScores
from metrics.judgement import Judgement
from metrics.statistics.bootstrap import is_mean, non_decomposable, values_of

BLOCK = 64  # draws at once: a row of their masks is one cache line


def random_public_masks(public: NDArray[np.bool_], strata: NDArray[Any], draws: int, seed: int) -> Iterator[Masks]:
    """Yield blocks `(at most BLOCK, n_queries)` of random masks; each has as many public queries a stratum as `public`.

    >>> public, strata = np.array([True, False, False, True]), np.array([0, 0, 1, 1])
    >>> [masks.sum(axis=1).tolist() for masks in random_public_masks(public, strata, 3, seed=0)]
    [[2, 2, 2]]
    """
    from metrics.kernels import mark_random_rows

    rows = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    for start in range(0, draws, BLOCK):
        masks = np.zeros((min(BLOCK, draws - start), len(public)), dtype=bool)
        for number, mask in enumerate(masks, start):
            draw = np.random.default_rng([seed, number])
            for own in rows:
                mark_random_rows(own.copy(), draw.random(np.count_nonzero(public[own])), mask)
        yield masks


def part_scores(metric: Metric, answers: Sequence[Judgement]) -> PartScores:
    """The scores (n_draws, 2, n_answers) of the public and the private part as a function of the draws.

    The answers are to the same queries in the same order. The function returns the metric.score of the queries of each
    part, up to rounding; nan where none of them counts. Raises ValueError for a metric that pools otherwise than by the
    mean.
    """
    if not metric.independent:
        return non_decomposable(metric).part_scores(answers)
    if not is_mean(metric):
        raise ValueError(f"{metric.name} is not a mean, so it has no scores under other draws")
    values = np.stack([values_of(metric, answer) for answer in answers], axis=1)
    counts = (~np.isnan(values)).astype(np.float64)
    if (counts == counts[:, :1]).all():  # as a rule the same queries count for all
        counts = counts[:, :1]
    table = np.hstack([np.nan_to_num(values, copy=False), counts])
    totals = table.sum(axis=0)

    def scores(masks: Masks) -> Floats:
        public = masks.astype(np.float64) @ table
        sums, n = np.split(np.stack([public, totals - public], axis=1), [len(answers)], axis=2)
        n = np.round(n)
        return np.where(n > 0, sums / np.maximum(n, 1), np.nan)

    return scores
