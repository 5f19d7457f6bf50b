"""A block of the index held against many queries: what may be among the nearest is noted, then looked at exactly.

Which rows are noted is told by float32 sums, whose last bits depend on the machine. A row is passed over only where its
sum falls short of the k-th largest by more than both can be wrong, and what is noted is ordered by inner products that
are summed in float64 in a fixed order. So the answer does not depend on anything but queries and index.
"""

from typing import Any, NamedTuple

import numpy as np

from solutions.hashing.compiled import helper, kernel
from solutions.hashing.vectors import lowest_bit
from solutions.neighbours.neighbours import LONGEST
from solutions.neighbours.tiles import (
    PANEL,
    ROWS,
    columns,
    fetch,
    inner,
    panels,
    squares,
    tile_of_one,
    tile_of_three,
    tile_of_two,
)

_NUMBERS = 2**18  # of the index that all queries are held against before the next: 1 MB
ROOM_BEYOND = ROWS  # of squared lengths, which are written a tile at a time
_AHEAD = 4  # notes whose rows are fetched before they are looked at
_HALVINGS, _BEYOND = 12, 8  # to find what k notes reach, until at most so many more do
_ROUNDING = 2.0**-24  # a float32 result is wrong by this share of itself at most
_SMALLEST = 2.0**-126  # or by this, near 0


class Found(NamedTuple):
    """What queries (n, d) have found so far.

    The notes of a query come in such an order that of equal ones the lowest position is first.
    """

    queries: Any  # (n, d) float32
    panels: Any  # (n_panels, d, PANEL) float32
    lengths: Any  # (n,) float64, NaN for queries that find nothing
    longest: Any  # (1,) float32: of the rows seen, squared
    highest: Any  # (n,) float32: k notes are not lower
    floors: Any  # (n_panels * PANEL,) float32: rows whose sums fall short are not noted, and none is where it is NaN
    n_notes: Any  # (n,) int64
    sums: Any  # (n, room) float32
    positions: Any  # (n, room) int32


def nothing_found(queries: np.ndarray, k: int) -> Found:
    """Return the state before the first block, for queries (n, d) float32."""
    n_queries, room = len(queries), room_for(k)
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.sqrt(np.square(queries, dtype=np.float64).sum(axis=1))
    lengths[~(lengths <= LONGEST)] = np.nan
    laid = panels(queries)
    floors = np.full(len(laid) * PANEL, np.nan, np.float32)
    floors[:n_queries][~np.isnan(lengths)] = -np.inf
    highest = np.full(n_queries, -np.inf, np.float32)
    notes = np.empty((n_queries, room), np.float32), np.empty((n_queries, room), np.int32)
    return Found(
        queries, laid, lengths, np.zeros(1, np.float32), highest, floors, np.zeros(n_queries, np.int64), *notes
    )


def room_for(k: int) -> int:
    """Return how many notes are kept of a query."""
    return 2 * k + 32


@kernel
def squared_lengths(rows: Any) -> Any:
    """Return the squared lengths of rows (n_rows, d) float32: (n_rows + ROOM_BEYOND,), for `scan`."""
    squared = np.empty(len(rows) + ROOM_BEYOND, np.float32)
    for row in range(0, len(rows), ROWS):
        squares(rows, row, len(rows) - 1, rows.shape[1], squared[row:])
    return squared


class _Block(NamedTuple):
    """Rows of the index that are held against the queries, and what is asked of them."""

    rows: Any  # (n_rows, d) float32
    squared: Any  # (n_rows + ROOM_BEYOND,) float32: their squared lengths
    known: bool  # whether these are there already
    first: int  # position of the first row
    k: int


@kernel
def scan(rows: Any, squared: Any, known: bool, first: int, k: int, found: Found) -> None:
    """Go on with a block of the index, (n_rows, d) float32, whose first row is at position `first`.

    `squared`, (n_rows + ROOM_BEYOND,) float32 at least, has the squared lengths of the rows, or is filled with them.
    Afterwards the notes of each query are its k nearest so far, the nearest first, with their exact inner products.
    """
    n_rows, d = rows.shape
    block, step = _Block(rows, squared, known, first, k), max(ROWS, _NUMBERS // max(1, d) // ROWS * ROWS)
    products = np.empty(ROWS * PANEL, np.float32)
    for start in range(0, n_rows, step):
        for panel in range(len(found.panels)):
            _scan_panel(block, start, min(n_rows, start + step), panel, products, found)
    for query in range(len(found.queries)):
        _settle(block, query, found)


@helper
def _is_longer(rows: Any, row: int, squared: Any, known: bool, longest: Any) -> Any:
    """Tell whether a row of the tile is longer than any before; if so, keep its length."""
    n_rows, d = rows.shape
    if not known:
        squares(rows, row, n_rows - 1, d, squared[row:])
    before = longest[0]
    for number in range(row, min(row + ROWS, n_rows)):
        if longest[0] < squared[number] <= LONGEST**2:
            longest[0] = squared[number]
    return longest[0] > before


@helper
def _set_floors(found: Found) -> None:
    for query in range(len(found.queries)):
        _set_floor(query, found)


@helper
def _set_floor(query: int, found: Found) -> None:
    """What falls short of the k-th highest sum by two errors cannot be one of the k nearest."""
    if not np.isnan(found.lengths[query]):
        d = found.queries.shape[1]
        rounded = (d + 8) * _ROUNDING
        longest = np.sqrt(found.longest[0] * (1 + 2 * rounded) + d * _SMALLEST)
        error = rounded / (1 - rounded) * found.lengths[query] * longest + d * _SMALLEST
        found.floors[query] = found.highest[query] - 2 * error


@helper
def _scan_panel(block: _Block, start: int, stop: int, panel: int, products: Any, found: Found) -> None:
    """Hold the rows from `start` to `stop` against a panel. Arrays are taken out once, as that counts a reference."""
    begin = panel * PANEL
    laid, floors, n_queries = found.panels[panel], found.floors[begin : begin + PANEL], len(found.queries) - begin
    n_notes, sums, positions, longest = found.n_notes, found.sums, found.positions, found.longest
    rows, squared = block.rows, block.squared
    for row in range(start, stop, ROWS):
        if panel == 0 and _is_longer(rows, row, squared, block.known, longest):
            _set_floors(found)
        reaching = _tile(laid, rows, row, floors, products, n_queries)
        while reaching:
            number = np.int64(lowest_bit(reaching))
            reaching &= reaching - 1
            if row + number >= stop or not squared[row + number] <= LONGEST**2:
                continue
            reached = columns(products, number, floors)
            while reached:
                column = np.int64(lowest_bit(reached))
                reached &= reached - 1
                query = begin + column
                if n_notes[query] == sums.shape[1]:
                    _make_room(block, query, found)
                sums[query, n_notes[query]] = products[number * PANEL + column]
                positions[query, n_notes[query]] = block.first + row + number
                n_notes[query] += 1


@helper
def _tile(laid: Any, rows: Any, row: int, floors: Any, products: Any, n_queries: int) -> Any:
    n_rows, d = rows.shape
    if 3 * n_queries > 2 * PANEL:
        return tile_of_three(laid, rows, row, n_rows - 1, d, floors, products)
    if 3 * n_queries > PANEL:
        return tile_of_two(laid, rows, row, n_rows - 1, d, floors, products)
    return tile_of_one(laid, rows, row, n_rows - 1, d, floors, products)


@helper
def _make_room(block: _Block, query: Any, found: Found) -> None:
    _narrow(block.k, query, found)
    if 2 * found.n_notes[query] > block.k + found.sums.shape[1]:  # too many are too near each other
        _settle(block, query, found)


@helper
def _narrow(k: int, query: int, found: Found) -> None:
    """Raise the floor to where it belongs, and drop the notes below."""
    n_notes = found.n_notes[query]
    if n_notes <= k:
        return
    sums, positions = found.sums[query], found.positions[query]
    found.highest[query] = _reached(sums[:n_notes], k)
    _set_floor(query, found)
    floor, kept = found.floors[query], 0
    for note in range(n_notes):
        summed = sums[note]
        sums[kept], positions[kept] = summed, positions[note]
        kept += summed >= floor
    found.n_notes[query] = kept


@helper
def _reached(sums: Any, k: int) -> Any:
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
def _settle(block: _Block, query: int, found: Found) -> None:
    """Keep the k nearest of the notes, with their exact inner products; those before this block have them."""
    rows, first, k = block.rows, block.first, block.k
    _narrow(k, query, found)
    n_notes, d = found.n_notes[query], rows.shape[1]
    if n_notes == 0:
        return
    sums, positions = found.sums[query, :n_notes], found.positions[query, :n_notes]
    for note in range(n_notes):
        fetch(rows, np.int64(positions[min(note + _AHEAD, n_notes - 1)]) - first, d)
        if positions[note] >= first:
            sums[note] = inner(found.queries, query, rows, np.int64(positions[note]) - first, d)
    order = np.argsort(-sums, kind="mergesort")
    sums[:], positions[:] = sums[order], positions[order]
    found.n_notes[query] = min(k, n_notes)
    if n_notes >= k:
        found.highest[query] = sums[k - 1]
        _set_floor(query, found)
