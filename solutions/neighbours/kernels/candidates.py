"""What queries have found so far: notes of rows that may be among the nearest, by sums that are not exact.

How far a sum may be from the exact inner product is known of each query. A row is passed over only where it
falls short of the k-th largest by more than that, and what is noted is ordered by inner products that are
summed in float64 in a fixed order. So the answer does not depend on anything but queries and index.
"""

from typing import Any, NamedTuple

import numpy as np

from solutions.kernels.jit import helper
from solutions.neighbours.kernels.float_tiles import fetch, inner
from solutions.neighbours.kernels.simd_ops import PANEL
from solutions.neighbours.neighbours import LONGEST, Neighbours, no_neighbours

ROUNDING = 2.0**-24  # a float32 result is wrong by this share of itself at most
SMALLEST = 2.0**-126  # or by this, near 0
_AHEAD = 4  # notes whose rows are fetched before they are looked at
_HALVINGS, _BEYOND = 12, 8  # to find what k notes reach, until at most so many more do


class Found(NamedTuple):
    """What queries (n, d) have found so far.

    The notes of a query come in such an order that of equal ones the lowest position is first.
    """

    queries: Any  # (n, d) float32
    panels: Any  # (n_panels, any, PANEL): the queries as tiles take them
    lengths: Any  # (n,) float64, NaN for queries that find nothing
    longest: Any  # (1,) float32: of the rows seen, squared
    errors: Any  # (n,) float64: more than a sum can be wrong
    highest: Any  # (n,) float32: k rows are not lower
    floors: Any  # (n_panels * PANEL,) float32: rows whose sums fall short are not noted, and none is where it is NaN
    n_notes: Any  # (n,) int64
    sums: Any  # (n, room) float32
    positions: Any  # (n, room) int32


def nothing_found(queries: np.ndarray, lengths: np.ndarray, panels: np.ndarray, room: int) -> Found:
    """Return the state before the first block, for queries (n, d) float32, their lengths, and as tiles take them."""
    n_queries = len(queries)
    floors = np.full(len(panels) * PANEL, np.nan, np.float32)
    floors[:n_queries][~np.isnan(lengths)] = -np.inf
    known = np.zeros(1, np.float32), np.zeros(n_queries), np.full(n_queries, -np.inf, np.float32)
    notes = np.empty((n_queries, room), np.float32), np.empty((n_queries, room), np.int32)
    return Found(queries, panels, lengths, *known, floors, np.zeros(n_queries, np.int64), *notes)


def lengths_of(queries: np.ndarray) -> np.ndarray:
    """Return the lengths of queries (n, d): (n,) float64, NaN for those that find nothing."""
    with np.errstate(over="ignore", invalid="ignore"):
        lengths: np.ndarray = np.sqrt(np.square(queries, dtype=np.float64).sum(axis=1))
    lengths[~(lengths <= LONGEST)] = np.nan
    return lengths


def room_for(k: int) -> int:
    """Return how many notes are kept of a query."""
    return 2 * k + 32


def settled(found: Found, k: int) -> Neighbours:
    """Return the k nearest, where all notes are settled."""
    nearest = no_neighbours(len(found.queries), k)
    noted = np.arange(k) < found.n_notes[:, None]
    nearest.positions[noted], nearest.similarities[noted] = found.positions[:, :k][noted], found.sums[:, :k][noted]
    return nearest


class Block(NamedTuple):
    """Rows of the index that are held against the queries, and what is asked of them."""

    rows: Any  # (n_rows, d) float32
    squared: Any  # (n_rows + ROOM_BEYOND,) float32: their squared lengths
    known: bool  # whether these are there already
    first: int  # position of the first row
    k: int


@helper
def make_room(block: Block, query: Any, found: Found) -> None:
    """Have room for another note."""
    _narrow(block.k, query, found)
    if 2 * found.n_notes[query] > block.k + found.sums.shape[1]:  # too many are too near each other
        settle(block, query, found)


@helper
def _narrow(k: int, query: int, found: Found) -> None:
    """Raise the floor to where the notes say that it belongs, and drop those below."""
    n_notes = found.n_notes[query]
    if n_notes > k:
        raise_floor(reached(found.sums[query, :n_notes], k) - found.errors[query], query, found)
        _drop(query, found)


@helper
def _drop(query: int, found: Found) -> None:
    """Drop the notes below the floor."""
    sums, positions, floor, kept = found.sums[query], found.positions[query], found.floors[query], 0
    for number in range(found.n_notes[query]):
        summed = sums[number]
        sums[kept], positions[kept] = summed, positions[number]
        kept += summed >= floor
    found.n_notes[query] = kept


@helper
def raise_floor(highest: Any, query: int, found: Found) -> None:
    """Raise the floor to where it belongs if there are k rows that are not lower than `highest`."""
    found.highest[query] = max(found.highest[query], np.float32(highest))
    set_floor(query, found)


@helper
def set_floor(query: int, found: Found) -> None:
    """What falls short of what k rows reach by more than it can be wrong cannot be one of the k nearest."""
    if not np.isnan(found.lengths[query]):
        found.floors[query] = found.highest[query] - found.errors[query]


@helper
def reached(sums: Any, k: int) -> Any:
    """A number that at least k of the sums reach, and hardly more, found by halving: quicker than the k-th itself."""
    low, high = sums.min(), sums.max()
    for _ in range(_HALVINGS):
        middle = low + (high - low) / np.float32(2)
        count = 0
        for number in range(len(sums)):
            count += sums[number] >= middle
        if count < k:
            high = middle
        else:
            low = middle
            if count <= k + _BEYOND:
                break
    return low


@helper
def settle(block: Block, query: int, found: Found) -> None:
    """Keep the k nearest of the notes, with their exact inner products; those before this block have them."""
    k = block.k
    _narrow(k, query, found)
    if found.n_notes[query] > 2 * (k + _BEYOND):
        _sharpen(block, query, found)
    n_notes = found.n_notes[query]
    if n_notes == 0:
        return
    sums, positions = found.sums[query, :n_notes], found.positions[query, :n_notes]
    _look_at(block, query, sums, positions, found.queries)
    order = np.argsort(-sums, kind="mergesort")
    sums[:], positions[:] = sums[order], positions[order]
    found.n_notes[query] = min(k, n_notes)
    if n_notes >= k:
        raise_floor(sums[k - 1], query, found)


@helper
def _sharpen(block: Block, query: int, found: Found) -> None:
    """Raise the floor by the exact inner products of the highest notes, and drop the notes below."""
    n_notes, n_best = found.n_notes[query], 0
    sums, positions = found.sums[query, :n_notes], found.positions[query, :n_notes]
    low, best, there = reached(sums, block.k), np.empty(n_notes, np.float32), np.empty(n_notes, np.int32)
    for number in range(n_notes):
        best[n_best], there[n_best] = sums[number], positions[number]
        n_best += sums[number] >= low
    _look_at(block, query, best[:n_best], there[:n_best], found.queries)
    raise_floor(reached(best[:n_best], block.k), query, found)
    _drop(query, found)


@helper
def _look_at(block: Block, query: int, sums: Any, positions: Any, queries: Any) -> None:
    """Make sums exact."""
    rows, first, d = block.rows, block.first, block.rows.shape[1]
    for number in range(len(sums)):
        fetch(rows, np.int64(positions[min(number + _AHEAD, len(sums) - 1)]) - first, d)
        if positions[number] >= first:
            sums[number] = inner(queries, query, rows, np.int64(positions[number]) - first, d)
