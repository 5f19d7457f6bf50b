"""The slides' algorithms exactly as printed (bugs included), used by variant='slides' and as a reference.

Two bugs shape the answers: distances of 0, which are exact matches, are left out of every mean, and candidates come off
a heap farthest first. `hamming` and `mean_distance` have neither.

Source: "Landmark Retrieval & Recognition", K. E. Odoh, 2018, getNearestList and getNearestAvgList.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.hashing.search.mean_distance_keys import Mean

SINGLE_THRESHOLD = 12  # bits: candidates by one hash are nearer
THRESHOLDS: dict[Mean, float] = {
    "geometric": 18,  # our choice, that of the arithmetic mean: the slides print none
    "harmonic": 17.5,
    "arithmetic": 18,
    "square_root": 4.3,
}
"""Candidates by a mean are below its threshold."""

# Functions of the distances (..., m), with nan for 0, and of the number of the others (...,).
_MEANS: dict[Mean, Callable[[Any, Any], Any]] = {
    "geometric": lambda distances, n_positive: np.exp(np.nansum(np.log(distances), axis=-1) / n_positive),
    "harmonic": lambda distances, n_positive: n_positive / np.nansum(1 / distances, axis=-1),
    "arithmetic": lambda distances, n_positive: np.floor(np.nansum(distances, axis=-1) / n_positive),
    "square_root": lambda distances, n_positive: np.nansum(np.sqrt(distances), axis=-1) / n_positive,
}


def printed_means(distances: npt.ArrayLike, mean: Mean) -> npt.NDArray[np.float64]:
    """Return the means of Hamming distances (..., m) as printed: (...,) float64.

    Zeros are dropped. The mean of zeros alone is nan, which passes no threshold: exact duplicates are lost. (There the
    printed arithmetic mean divides by zero and raises.) The arithmetic mean is rounded down, as Python 2 divides
    integers, so different means may tie.

    >>> {mean: round(float(printed_means([4, 8, 12, 0], mean)), 4) for mean in THRESHOLDS}
    {'geometric': 7.2685, 'harmonic': 6.5455, 'arithmetic': 8.0, 'square_root': 2.7642}
    """
    positive = np.where(np.asarray(distances) > 0, distances, np.nan)
    with np.errstate(invalid="ignore"):
        return np.asarray(_MEANS[mean](positive, np.count_nonzero(positive > 0, axis=-1)), np.float64)


def printed_ranking(
    values: npt.ArrayLike, index_ids: Sequence[str] | np.ndarray, threshold: float, *, query_id: str = "", k: int = 100
) -> npt.NDArray[np.intp]:
    """Return the positions of the answers to a query as printed, at most k: the farthest candidate first.

    `values` (n_index,) are distances or means. Candidates are below the threshold and not the query itself. Equal ones
    are in order of their ids as strings. Of more than k candidates, the k farthest are returned.

    >>> ids = ["d", "c", "b", "a", "query"]
    >>> [ids[position] for position in printed_ranking([0, 3, 7, 7, 5], ids, SINGLE_THRESHOLD, query_id="query")]
    ['a', 'b', 'c', 'd']
    """
    far, ids = np.asarray(values, np.float64), np.asarray(index_ids)
    candidates = np.flatnonzero((far < threshold) & (ids != query_id))
    return candidates[np.lexsort((ids[candidates], -far[candidates]))][:k]
