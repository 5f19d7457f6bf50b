"""Exact nearest neighbours of 64-bit codes by Hamming distance."""

import numpy as np
import numpy.typing as npt

from harness import COMPILED
from solutions.hashing.search.codes import Codes, Positions, as_codes, missing_positions
from solutions.kernels.arrays import check_k

MISSING_DISTANCE = 255
_PAIRS = 2**22  # distances computed at once in NumPy


def nearest(queries: Codes, index: Codes, k: int = 100) -> tuple[npt.NDArray[np.uint8], Positions]:
    """Return distances and positions of the k nearest codes to each query: (n_query, k) uint8 and int32.

    Nearest first; equal distances by position, lowest first. If the index has fewer than k codes, the rest of a row is
    distance 255 at position -1. `queries` (n_query,) and `index` (n_index,) are uint64, and may be read-only or
    memory-mapped. It uses one core and releases the interpreter lock: threads may share an index, each with some
    hundreds of queries (fewer than 100 at once are slower).

    >>> index = np.array([0b0000, 0b0111, 0b0001, 0b0010], np.uint64)
    >>> distances, positions = nearest(np.array([0b0011], np.uint64), index, k=3)
    >>> distances.tolist(), positions.tolist()
    ([[1, 1, 1]], [[1, 2, 3]])
    """
    check_k(k)
    distances, positions = np.full((len(queries), k), MISSING_DISTANCE, np.uint8), missing_positions(len(queries), k)
    queries, index, k = as_codes(queries, 1), as_codes(index, 1), min(k, len(index))
    if not k:
        return distances, positions
    if COMPILED:
        from solutions.hashing.search.hamming_kernels import search

        search(queries, index, k, distances, positions)
    else:
        _search_plainly(queries, index, k, distances, positions)
    return distances, positions


def _search_plainly(queries: Codes, index: Codes, k: int, distances: np.ndarray, positions: np.ndarray) -> None:
    """Fill the first k columns by a stable sort of all distances."""
    chunk = max(1, _PAIRS // len(index))
    for start in range(0, len(queries), chunk):
        here = slice(start, start + chunk)
        everything = np.bitwise_count(queries[here, None] ^ index)
        order = np.argsort(everything, axis=1, kind="stable")[:, :k]
        distances[here, :k], positions[here, :k] = np.take_along_axis(everything, order, axis=1), order
