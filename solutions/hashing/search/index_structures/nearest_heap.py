"""The k nearest found so far: a heap whose top, the farthest of them, is the radius that a search still needs.

An entry is distance * 2**32 + position, so that entries compare as neighbours do, ties by position.
"""

from typing import Any

import numpy as np

from solutions.hashing.search.index_structures.unique_codes import Distinct
from solutions.kernels.jit import helper
from solutions.kernels.simd import popcount

FARTHEST = 64  # no code is farther than this


@helper
def distance(code: Any, other: Any) -> Any:
    """The Hamming distance of two codes, as a signed number."""
    return np.int64(popcount(code ^ other))


@helper
def radius(best: Any, n_best: int) -> int:
    """How far a code may be to belong to the k nearest, or to tie with them."""
    return best[0] >> 32 if n_best == len(best) else FARTHEST


@helper
def offer(best: Any, n_best: int, entry: int) -> int:
    """Take `entry` into the heap, (k,), of which `n_best` are filled, if it is nearer; returns how many are then."""
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
def offer_code(best: Any, n_best: int, codes: Distinct, which: int, away: int) -> int:
    """Take the positions of a distinct code that belong to the k nearest; returns how many are found then."""
    if away > radius(best, n_best):
        return n_best
    for place in range(codes.first[which], codes.last[which]):
        entry = away << 32 | codes.positions[place]
        if n_best == len(best) and entry >= best[0]:
            break  # those that follow stand farther back
        n_best = offer(best, n_best, entry)
    return n_best


@helper
def write(best: Any, n_best: int, positions: Any, distances: Any) -> None:
    """Write the found, nearest first."""
    for place, entry in enumerate(np.sort(best[:n_best])):
        positions[place], distances[place] = entry & 0xFFFFFFFF, entry >> 32
