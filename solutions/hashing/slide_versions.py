"""What the slides' hash solutions compute as printed, faults included: slow, to hold the corrected ones against.

Two faults shape the answers: distances of 0, exact matches, are left out of every mean, and the candidates come off a
heap farthest first. `hamming` and `mean_distance` have neither.

Source: "Landmark Retrieval & Recognition", K. E. Odoh, 2018, getNearestList and getNearestAvgList.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.hashing.search.mean_distance_keys import Mean

SINGLE_THRESHOLD = 12  # bits: a candidate by one hash is nearer
THRESHOLDS: dict[Mean, float] = {
    "geometric": 18,  # ours, after the arithmetic mean's: the slides print none
    "harmonic": 17.5,
    "arithmetic": 18,
    "square_root": 4.3,
}
"""A candidate by a mean is below it."""

# Of the distances (..., m), those of 0 being nan, and the number of the others (...,).
_MEANS: dict[Mean, Callable[[Any, Any], Any]] = {
    "geometric": lambda kept, n_kept: np.exp(np.nansum(np.log(kept), axis=-1) / n_kept),
    "harmonic": lambda kept, n_kept: n_kept / np.nansum(1 / kept, axis=-1),
    "arithmetic": lambda kept, n_kept: np.floor(np.nansum(kept, axis=-1) / n_kept),
    "square_root": lambda kept, n_kept: np.nansum(np.sqrt(kept), axis=-1) / n_kept,
}


def printed_means(distances: npt.ArrayLike, mean: Mean) -> npt.NDArray[np.float64]:
    """Means of Hamming distances (..., m) as printed: (...,) float64.

    Zeros are dropped. Where nothing else is left, the mean is nan, which no threshold lets pass: exact duplicates are
    lost. (There the printed arithmetic mean divides by zero, which would end the run.) The arithmetic mean is rounded
    down, as Python 2 divides integers, which makes ties of different means.

    >>> {mean: round(float(printed_means([4, 8, 12, 0], mean)), 4) for mean in THRESHOLDS}
    {'geometric': 7.2685, 'harmonic': 6.5455, 'arithmetic': 8.0, 'square_root': 2.7642}
    """
    kept = np.where(np.asarray(distances) > 0, distances, np.nan)
    with np.errstate(invalid="ignore"):
        return np.asarray(_MEANS[mean](kept, np.count_nonzero(kept > 0, axis=-1)), np.float64)


def printed_ranking(
    values: npt.ArrayLike, index_ids: Sequence[str] | np.ndarray, threshold: float, *, query_id: str = "", k: int = 100
) -> npt.NDArray[np.intp]:
    """Positions in the index of a query's answers as printed, at most k: the farthest candidate first.

    `values` (n_index,) are distances or means. Candidates are below the threshold and not the query itself. Equal ones
    come in order of their ids as strings. Where there are more than k candidates, the k farthest are the answer.

    >>> ids = ["d", "c", "b", "a", "query"]
    >>> [ids[position] for position in printed_ranking([0, 3, 7, 7, 5], ids, SINGLE_THRESHOLD, query_id="query")]
    ['a', 'b', 'c', 'd']
    """
    far, ids = np.asarray(values, np.float64), np.asarray(index_ids)
    candidates = np.flatnonzero((far < threshold) & (ids != query_id))
    return candidates[np.lexsort((ids[candidates], -far[candidates]))][:k]
