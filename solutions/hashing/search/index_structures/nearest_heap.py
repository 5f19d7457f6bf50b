"""A max-heap of the k nearest codes so far; the distance of its top is the current search radius.

An entry is distance * 2**32 + position, so entries compare by distance, ties by position.
"""

from typing import Any

import numpy as np

from harness import helper
from solutions.hashing.search.index_structures.unique_codes import UniqueCodes
from solutions.kernels.bits import popcount

MAX_DISTANCE = 64


@helper
def distance(code: Any, other: Any) -> Any:
    """Return the Hamming distance of two codes as int64."""
    return np.int64(popcount(code ^ other))


@helper
def radius(best: Any, n_best: int) -> int:
    """Return the largest distance at which a code may still be among the k nearest."""
    return best[0] >> 32 if n_best == len(best) else MAX_DISTANCE


@helper
def push_entry(best: Any, n_best: int, entry: int) -> int:
    """Push `entry` onto the heap (k,) of size `n_best` if it fits or is nearer than the top; return the new size."""
    if n_best < len(best):
        _sift_up(best, n_best, entry)
        return n_best + 1
    if entry < best[0]:
        _sift_down(best, entry)
    return n_best


@helper
def _sift_up(best: Any, place: int, entry: int) -> None:
    while place > 0 and best[(place - 1) >> 1] < entry:
        best[place] = best[(place - 1) >> 1]
        place = (place - 1) >> 1
    best[place] = entry


@helper
def _sift_down(best: Any, entry: int) -> None:
    place, child = 0, 1
    while child < len(best):
        if child + 1 < len(best) and best[child + 1] > best[child]:
            child += 1
        if best[child] <= entry:
            break
        best[place] = best[child]
        place, child = child, 2 * child + 1
    best[place] = entry


@helper
def push_code(best: Any, n_best: int, codes: UniqueCodes, which: int, away: int) -> int:
    """Push those positions of a unique code that are among the k nearest; return the new size."""
    if away > radius(best, n_best):
        return n_best
    for place in range(codes.first[which], codes.last[which]):
        entry = away << 32 | codes.positions[place]
        if n_best == len(best) and entry >= best[0]:
            break  # the following positions are higher
        n_best = push_entry(best, n_best, entry)
    return n_best


@helper
def write_sorted(best: Any, n_best: int, positions: Any, distances: Any) -> None:
    """Write the entries of the heap, nearest first."""
    for place, entry in enumerate(np.sort(best[:n_best])):
        positions[place], distances[place] = entry & 0xFFFFFFFF, entry >> 32
