"""The compiled exact search of a block of rows: float32 sums of all pairs, then exact inner products of the candidates.

Which rows become candidates depends on the last bits of float32 sums, and so on the machine; the answer does not.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from harness import helper, kernel
from solutions.kernels.bits import lowest_bit
from solutions.neighbours.kernels.candidates import (
    ROUNDING,
    SMALLEST,
    IndexBlock,
    SearchState,
    empty_state,
    free_capacity,
    query_lengths,
    rank_exactly,
    result,
    set_threshold,
)
from solutions.neighbours.kernels.float_tiles import columns_above, float_tile, pack_panels, squared_norms
from solutions.neighbours.kernels.simd_ops import PANEL, ROWS, VECTORS, WIDTH
from solutions.neighbours.neighbours import MAX_LENGTH

__all__ = ["add_block", "capacity", "new_state", "result", "squared_lengths"]

PADDING = ROWS  # of arrays of squared lengths, which are written a tile at a time
_NUMBERS = 2**18  # numbers of the index that all panels are multiplied with before the next: 1 MB


def capacity(k: int) -> int:
    """Return how many candidates of a query are held."""
    return 2 * k + 32


def new_state(queries: np.ndarray, k: int) -> SearchState:
    """Return the state before the first block, for queries (n, d) float32."""
    return empty_state(queries, query_lengths(queries), pack_panels(queries), capacity(k))


def add_block(state: SearchState, rows: np.ndarray, squared: np.ndarray | None, first: int, k: int) -> None:
    """Search a block of rows, the first of which is at position `first`; `squared` are their lengths, if known."""
    lengths = np.empty(len(rows) + PADDING, np.float32) if squared is None else squared
    scan_block(rows, lengths, squared is not None, first, k, state)


@kernel
def squared_lengths(rows: Any) -> Any:
    """Return the squared lengths of rows (n_rows, d) float32: (n_rows + PADDING,) float32."""
    squared = np.empty(len(rows) + PADDING, np.float32)
    for row in range(0, len(rows), ROWS):
        squared_norms(rows, row, len(rows) - 1, rows.shape[1], squared[row:])
    return squared


def make_panel_scanner(multiply: Callable[..., Any]) -> Callable[..., Any]:
    """Return a helper that finds candidates of a panel of queries; `multiply` is `float_tile` or `byte_tile`."""

    @helper
    def scan_panel(
        block: IndexBlock, tiles: Any, width: int, start: int, stop: int, panel: int, products: Any, state: SearchState
    ) -> Any:
        """Multiply the rows from `start` to `stop` with a panel; return the number of new candidates.

        Array attributes are hoisted out of the loop: each access costs a numba reference count.
        """
        queries, begin, n_new = state.panels[panel], panel * PANEL, 0
        n_vectors = min(VECTORS, -(-(len(state.queries) - begin) // WIDTH))
        n_candidates, sums, positions, max_squared = state.n_candidates, state.sums, state.positions, state.max_squared
        thresholds, rows, squared = state.thresholds[begin : begin + PANEL], block.rows, block.squared
        for row in range(start, stop, ROWS):
            if panel == 0 and _update_max_length(rows, row, squared, block.has_lengths, max_squared):
                _set_thresholds(state)
            row_bits = multiply(queries, tiles, row, len(rows) - 1, width, n_vectors, thresholds, products)
            while row_bits:
                number = np.int64(lowest_bit(row_bits))
                row_bits &= row_bits - 1
                if row + number >= stop or not squared[row + number] <= MAX_LENGTH**2:
                    continue
                column_bits = columns_above(products, number, thresholds)
                while column_bits:
                    column = np.int64(lowest_bit(column_bits))
                    column_bits &= column_bits - 1
                    query = begin + column
                    if n_candidates[query] == sums.shape[1]:
                        free_capacity(block, query, state)
                    sums[query, n_candidates[query]] = products[number * PANEL + column]
                    positions[query, n_candidates[query]] = block.first + row + number
                    n_candidates[query] += 1
                    n_new += 1
        return n_new

    return scan_panel


_scan_panel = make_panel_scanner(float_tile)


@kernel
def scan_block(rows: Any, squared: Any, has_lengths: bool, first: int, k: int, state: SearchState) -> None:
    """Search a block of the index, (n_rows, d) float32, whose first row is at position `first`.

    `squared`, at least (n_rows + PADDING,) float32, holds the squared lengths of the rows, or is filled with them.
    Afterwards each query has its k nearest so far as candidates, nearest first, with exact inner products.
    """
    n_rows, d = rows.shape
    block, step = IndexBlock(rows, squared, has_lengths, first, k), max(ROWS, _NUMBERS // max(1, d) // ROWS * ROWS)
    products = np.empty(ROWS * PANEL, np.float32)
    for start in range(0, n_rows, step):
        for panel in range(len(state.panels)):
            _scan_panel(block, rows, d, start, min(n_rows, start + step), panel, products, state)
    for query in range(len(state.queries)):
        rank_exactly(block, query, state)


@helper
def _update_max_length(rows: Any, row: int, squared: Any, has_lengths: bool, max_squared: Any) -> Any:
    """Update the largest squared length by the rows of a tile; return whether it has grown."""
    n_rows, d = rows.shape
    if not has_lengths:
        squared_norms(rows, row, n_rows - 1, d, squared[row:])
    before = max_squared[0]
    for number in range(row, min(row + ROWS, n_rows)):
        if max_squared[0] < squared[number] <= MAX_LENGTH**2:
            max_squared[0] = squared[number]
    return max_squared[0] > before


@helper
def _set_thresholds(state: SearchState) -> None:
    """Set error bounds and thresholds by the largest length.

    A sum of d products has a relative error of at most d roundings of the product of the lengths, and a few more where
    it is rounded afterwards.
    """
    d = state.queries.shape[1]
    rounded = (d + 8) * ROUNDING
    max_length = np.sqrt(state.max_squared[0] * (1 + 2 * rounded) + d * SMALLEST)
    for query in range(len(state.queries)):
        state.errors[query] = rounded / (1 - rounded) * state.lengths[query] * max_length + d * SMALLEST
        set_threshold(query, state)
