"""Exact nearest neighbours by Hamming distance of codes of any number of bits."""

import numpy as np
import numpy.typing as npt

from solutions.hashing.search import hamming, mean_distance
from solutions.hashing.search.codes import Codes, Positions, missing_positions
from solutions.hashing.search.mean_distance_keys import MAX_HASHES

MISSING_DISTANCE = np.iinfo(np.int32).max
_PAIRS = 2**22  # words compared at once in NumPy


def nearest(queries: Codes, index: Codes, k: int = 100) -> tuple[npt.NDArray[np.int32], Positions]:
    """Return distances and positions of the k nearest codes to each query: (n_query, k) int32 each.

    `queries` and `index` are (n, words) uint64. Nearest first, ties by position. If the index has fewer than k codes,
    the rest of a row is the largest int32 at position -1. Codes of one word are compared by `hamming`; of 2 to 8 words
    by `mean_distance`, because the Hamming distance is the sum of those of the words.

    >>> index = np.array([[0, 0b111], [0b1, 0b1]], np.uint64)
    >>> distances, positions = nearest(np.zeros((1, 2), np.uint64), index, k=2)
    >>> distances.tolist(), positions.tolist()
    ([[2, 3]], [[1, 0]])
    """
    n_words = index.shape[1]
    if n_words == 1:
        least, positions = hamming.nearest(queries.reshape(-1), index.reshape(-1), k)
        distances = least.astype(np.int32)
    elif n_words <= MAX_HASHES:
        columns = np.ascontiguousarray(index.T)
        means, positions = mean_distance.nearest(queries, columns, "arithmetic", k)
        distances = np.rint(np.where(positions < 0, 0, means) * n_words).astype(np.int32)
    else:
        distances, positions = _search_plainly(queries, index, k)
    distances[positions < 0] = MISSING_DISTANCE
    return distances, positions


def _search_plainly(queries: Codes, index: Codes, k: int) -> tuple[npt.NDArray[np.int32], Positions]:
    """Sort all distances, stably."""
    distances, positions = np.zeros((len(queries), k), np.int32), missing_positions(len(queries), k)
    width, chunk = min(k, len(index)), max(1, _PAIRS // max(1, index.size))
    for start in range(0, len(queries), chunk):
        here = slice(start, start + chunk)
        everything = distances_between(queries[here], index)
        order = np.argsort(everything, axis=1, kind="stable")[:, :width]
        distances[here, :width], positions[here, :width] = np.take_along_axis(everything, order, axis=1), order
    return distances, positions


def distances_between(queries: Codes, index: Codes) -> npt.NDArray[np.int32]:
    """Return the Hamming distances of all codes, (n_query, n_index) int32.

    >>> distances_between(np.array([[0, 1]], np.uint64), np.array([[0, 0], [3, 0]], np.uint64)).tolist()
    [[1, 3]]
    """
    return np.asarray(np.bitwise_count(queries[:, None] ^ index).sum(axis=-1, dtype=np.int32))
