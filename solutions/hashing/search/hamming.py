"""Exact nearest neighbours of 64-bit codes by Hamming distance."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from solutions.hashing.search.bit_planes import PLANES_WORDS, TABLE_WORDS, TILE, below, bias_planes, tabulate
from solutions.hashing.search.codes import Codes, Positions, check_k, checked_codes, no_positions
from solutions.kernels.jit import helper, kernel
from solutions.kernels.simd import WORDS, aligned, lowest_bit, popcount

MISSING_DISTANCE = 255
_BLOCK = 512  # queries that share the tables of a tile; making these costs as much as asking them about 30 times
_ROOM = 2**25  # notes of all queries of a block, at most: 256 MB, of which only the written part takes memory


def nearest(queries: Codes, index: Codes, k: int = 100) -> tuple[npt.NDArray[np.uint8], Positions]:
    """Distances and positions in the index of the k nearest codes to each query: (n_query, k) uint8 and int32.

    Nearest first; equal distances by position, lowest first. Where the index has fewer than k codes, the rest of the
    row is distance 255 at position -1. `queries` (n_query,) and `index` (n_index,) are uint64, and may be read-only or
    memory-mapped. Uses one core and no interpreter lock: threads can share an index, with a chunk of the queries each
    (some hundreds: fewer than 100 at once are slower).

    >>> index = np.array([0b0000, 0b0111, 0b0001, 0b0010], np.uint64)
    >>> distances, positions = nearest(np.array([0b0011], np.uint64), index, k=3)
    >>> distances.tolist(), positions.tolist()
    ([[1, 1, 1]], [[1, 2, 3]])
    """
    check_k(k)
    distances, positions = np.full((len(queries), k), MISSING_DISTANCE, np.uint8), no_positions(len(queries), k)
    if len(index):
        _search(checked_codes(queries, 1), checked_codes(index, 1), min(k, len(index)), distances, positions)
    return distances, positions


class _Found(NamedTuple):
    """What the queries of a block have found so far; a row for each query.

    The bound is the distance of the k-th nearest, or 65 before k are found. Only what is nearer than the bound is
    noted: codes come in order of position, so an equal distance comes too late. When k of the notes are nearer than the
    bound, it falls. So no distance is noted more than k times, and 65 k notes are enough for any order of the index.
    """

    bounds: Any  # (n_query,) int64
    n_nearer: Any  # (n_query,) int64: notes nearer than the bound
    n_at: Any  # (n_query, 65) int64: notes at each distance
    n_notes: Any  # (n_query,) int64
    notes: Any  # (n_query, 65 k) int64: position * 128 + distance, in order of position


@kernel
def _search(queries: Any, index: Any, k: int, distances: Any, positions: Any) -> None:
    block = max(1, min(_BLOCK, len(queries), _ROOM // (65 * k)))
    notes = np.empty((block, 65 * k), np.int64)
    for first in range(0, len(queries), block):
        some = queries[first : first + block]
        found = _nothing_found(len(some), notes)
        _search_block(some, index, k, found)
        for row in range(len(some)):
            _write(found, row, k, distances[first + row], positions[first + row])


@helper
def _nothing_found(n_queries: int, notes: Any) -> _Found:
    zeros = np.zeros(n_queries, np.int64)
    return _Found(zeros + 65, zeros.copy(), np.zeros((n_queries, 65), np.int64), zeros, notes)


@helper
def _search_block(queries: Any, index: Any, k: int, found: _Found) -> None:
    planes, table, nearer, biases = aligned(PLANES_WORDS), aligned(TABLE_WORDS), aligned(WORDS), bias_planes()
    bounds = found.bounds  # taken out of the tuple once, as that counts a reference
    for first in range(0, len(index), TILE):
        tabulate(index, first, planes, table)
        for row, query in enumerate(queries):
            bound = bounds[row]
            if bound == 0:  # k codes equal to the query are found: nothing is nearer
                continue
            if bound <= 64:
                words = below(table, query, biases, bound, nearer)
            else:
                nearer[:], words = ~np.uint64(0), np.uint64(255)
            if words:
                _note(query, index, first, words, nearer, row, k, found)


@helper
def _note(query: Any, index: Any, first: int, words: Any, nearer: Any, row: int, k: int, found: _Found) -> None:
    """Note the codes that `nearer` marks in the tile that starts at `first`, and lower the bound."""
    bound, n_nearer, n_notes = found.bounds[row], found.n_nearer[row], found.n_notes[row]
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
                found.notes[row, n_notes] = position << 7 | distance
                found.n_at[row, distance] += 1
                n_notes += 1
                n_nearer += 1
                while n_nearer >= k:
                    bound -= 1
                    n_nearer -= found.n_at[row, bound]
    found.bounds[row], found.n_nearer[row], found.n_notes[row] = bound, n_nearer, n_notes


@helper
def _write(found: _Found, row: int, k: int, distances: Any, positions: Any) -> None:
    """Write the k nearest of the notes: sorted by counting, which leaves equal distances in order of position."""
    places = np.cumsum(found.n_at[row]) - found.n_at[row]
    for note in found.notes[row, : found.n_notes[row]]:
        distance = note & 127
        place = places[distance]
        if place < k:
            distances[place], positions[place] = distance, note >> 7
            places[distance] += 1
