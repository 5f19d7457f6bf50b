"""The compiled search of `hamming`: tiles of 512 codes are compared by `bit_planes`, the few nearer ones one by one."""

from typing import Any, NamedTuple

import numpy as np

from harness import helper, kernel
from solutions.hashing.search.bit_planes import PLANES_WORDS, TABLE_WORDS, TILE, below, bias_planes, tabulate
from solutions.kernels.bits import lowest_bit, popcount
from solutions.kernels.simd import WORDS, aligned_words

_QUERIES = 512  # that share the tables of a tile; making these costs as much as about 30 queries
_ROOM = 2**25  # largest number of candidates of a block of queries: 256 MB, of which only the used part takes memory


class _Candidates(NamedTuple):
    """The candidates of a block of queries; a row for each query.

    The bound is the distance of the k-th nearest code, or 65 before k are known. Only a code nearer than the bound is a
    candidate: codes come in order of position, so one at an equal distance comes too late. When k candidates are nearer
    than the bound, it falls. So no distance occurs more than k times, and 65 k candidates suffice for any order.
    """

    bounds: Any  # (n_query,) int64
    n_nearer: Any  # (n_query,) int64: candidates nearer than the bound
    n_at: Any  # (n_query, 65) int64: candidates at each distance
    n_used: Any  # (n_query,) int64
    entries: Any  # (n_query, 65 k) int64: position * 128 + distance, in order of position


@kernel
def search(queries: Any, index: Any, k: int, distances: Any, positions: Any) -> None:
    block = max(1, min(_QUERIES, len(queries), _ROOM // (65 * k)))
    entries = np.empty((block, 65 * k), np.int64)
    for first in range(0, len(queries), block):
        some = queries[first : first + block]
        candidates = _no_candidates(len(some), entries)
        _search_tiles(some, index, k, candidates)
        for row in range(len(some)):
            _write(candidates, row, k, distances[first + row], positions[first + row])


@helper
def _no_candidates(n_queries: int, entries: Any) -> _Candidates:
    zeros = np.zeros(n_queries, np.int64)
    return _Candidates(zeros + 65, zeros.copy(), np.zeros((n_queries, 65), np.int64), zeros, entries)


@helper
def _search_tiles(queries: Any, index: Any, k: int, candidates: _Candidates) -> None:
    planes, table = aligned_words(PLANES_WORDS), aligned_words(TABLE_WORDS)
    nearer, biases = aligned_words(WORDS), bias_planes()
    bounds = candidates.bounds  # hoisted: each access costs a reference count
    for first in range(0, len(index), TILE):
        tabulate(index, first, planes, table)
        for row, query in enumerate(queries):
            bound = bounds[row]
            if bound == 0:  # k codes equal the query
                continue
            if bound <= 64:
                words = below(table, query, biases, bound, nearer)
            else:
                nearer[:], words = ~np.uint64(0), np.uint64(255)
            if words:
                _add_candidates(query, index, first, words, nearer, row, k, candidates)


@helper
def _add_candidates(
    query: Any, index: Any, first: int, words: Any, nearer: Any, row: int, k: int, candidates: _Candidates
) -> None:
    """Add the codes that `nearer` marks in the tile that starts at `first`, and lower the bound."""
    bound, n_nearer, n_used = candidates.bounds[row], candidates.n_nearer[row], candidates.n_used[row]
    while words:
        word = lowest_bit(words)
        words &= words - np.uint64(1)
        marks = nearer[word]
        while marks:
            position = first + np.int64(64 * word + lowest_bit(marks))
            marks &= marks - np.uint64(1)
            if position >= len(index):
                break
            distance = np.int64(popcount(index[position] ^ query))
            if distance < bound:  # which may have fallen within the tile
                candidates.entries[row, n_used] = position << 7 | distance
                candidates.n_at[row, distance] += 1
                n_used += 1
                n_nearer += 1
                while n_nearer >= k:
                    bound -= 1
                    n_nearer -= candidates.n_at[row, bound]
    candidates.bounds[row], candidates.n_nearer[row], candidates.n_used[row] = bound, n_nearer, n_used


@helper
def _write(candidates: _Candidates, row: int, k: int, distances: Any, positions: Any) -> None:
    """Write the k nearest candidates by a counting sort, which keeps equal distances in order of position."""
    place_of = np.cumsum(candidates.n_at[row]) - candidates.n_at[row]
    for entry in candidates.entries[row, : candidates.n_used[row]]:
        distance = entry & 127
        place = place_of[distance]
        if place < k:
            distances[place], positions[place] = distance, entry >> 7
            place_of[distance] += 1
