"""A block of the index held against many queries: what may be among the nearest is noted, then looked at exactly.

Which rows are noted is told by float32 sums, whose last bits depend on the machine.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from solutions.kernels.jit import helper, kernel
from solutions.kernels.simd import lowest_bit
from solutions.neighbours.kernels.candidates import ROUNDING, SMALLEST, Block, Found, make_room, set_floor, settle
from solutions.neighbours.kernels.float_tiles import columns, squares, tile
from solutions.neighbours.kernels.simd_ops import PANEL, ROWS, VECTORS, WIDTH
from solutions.neighbours.neighbours import LONGEST

_NUMBERS = 2**18  # of the index that all queries are held against before the next: 1 MB
ROOM_BEYOND = ROWS  # of squared lengths, which are written a tile at a time


@kernel
def squared_lengths(rows: Any) -> Any:
    """Return the squared lengths of rows (n_rows, d) float32: (n_rows + ROOM_BEYOND,), for `scan`."""
    squared = np.empty(len(rows) + ROOM_BEYOND, np.float32)
    for row in range(0, len(rows), ROWS):
        squares(rows, row, len(rows) - 1, rows.shape[1], squared[row:])
    return squared


def panel_scanner(multiplied: Callable[..., Any]) -> Callable[..., Any]:
    """Return the helper that holds rows against a panel, where they are multiplied as `tile` does or `byte_tile`."""

    @helper
    def scan_panel(
        block: Block, laid: Any, width: int, start: int, stop: int, panel: int, products: Any, found: Found
    ) -> Any:
        """Hold the rows from `start` to `stop`, as `laid`, against a panel, and return how many notes were made.

        Arrays are taken out once, as that counts a reference.
        """
        queries, begin, made = found.panels[panel], panel * PANEL, 0
        n_vectors = min(VECTORS, -(-(len(found.queries) - begin) // WIDTH))
        n_notes, sums, positions, longest = found.n_notes, found.sums, found.positions, found.longest
        floors, rows, squared = found.floors[begin : begin + PANEL], block.rows, block.squared
        for row in range(start, stop, ROWS):
            if panel == 0 and _is_longer(rows, row, squared, block.known, longest):
                _set_floors(found)
            reaching = multiplied(queries, laid, row, len(rows) - 1, width, n_vectors, floors, products)
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
                        make_room(block, query, found)
                    sums[query, n_notes[query]] = products[number * PANEL + column]
                    positions[query, n_notes[query]] = block.first + row + number
                    n_notes[query] += 1
                    made += 1
        return made

    return scan_panel


_scan_panel = panel_scanner(tile)


@kernel
def scan(rows: Any, squared: Any, known: bool, first: int, k: int, found: Found) -> None:
    """Go on with a block of the index, (n_rows, d) float32, whose first row is at position `first`.

    `squared`, (n_rows + ROOM_BEYOND,) float32 at least, has the squared lengths of the rows, or is filled with them.
    Afterwards the notes of each query are its k nearest so far, the nearest first, with their exact inner products.
    """
    n_rows, d = rows.shape
    block, step = Block(rows, squared, known, first, k), max(ROWS, _NUMBERS // max(1, d) // ROWS * ROWS)
    products = np.empty(ROWS * PANEL, np.float32)
    for start in range(0, n_rows, step):
        for panel in range(len(found.panels)):
            _scan_panel(block, rows, d, start, min(n_rows, start + step), panel, products, found)
    for query in range(len(found.queries)):
        settle(block, query, found)


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
    """Each sum of d products may be wrong by its share of the lengths, and once more each time it is rounded."""
    d = found.queries.shape[1]
    rounded = (d + 8) * ROUNDING
    longest = np.sqrt(found.longest[0] * (1 + 2 * rounded) + d * SMALLEST)
    for query in range(len(found.queries)):
        found.errors[query] = rounded / (1 - rounded) * found.lengths[query] * longest + d * SMALLEST
        set_floor(query, found)
