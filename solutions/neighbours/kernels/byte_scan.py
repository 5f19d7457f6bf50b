"""The compiled exact search of a block whose rows are quantised to bytes: `scan` with products of bytes."""

from typing import Any

import numpy as np

from harness import helper, kernel
from solutions.neighbours.kernels.byte_tiles import EXTRA, byte_tile
from solutions.neighbours.kernels.candidates import (
    IndexBlock,
    SearchState,
    approx_kth,
    empty_state,
    query_lengths,
    raise_threshold,
    rank_exactly,
    result,
)
from solutions.neighbours.kernels.quantisation import QuantisedRows, error_bounds, quantise_queries
from solutions.neighbours.kernels.scan import make_panel_scanner
from solutions.neighbours.kernels.simd_ops import PANEL, ROWS, VECTORS
from solutions.neighbours.neighbours import MAX_LENGTH, Neighbours

_WORDS = 2**16  # words of the index that all panels are multiplied with before the next: 256 KB
_SAMPLE = 32  # one row in so many is scanned first, for initial thresholds
_MAX_SHARE, _FREE = 16, 4  # gives up if over one row in `_MAX_SHARE` is a candidate; `_FREE` fillings are not counted


def capacity(k: int) -> int:
    """Return how many candidates of a query are held: more than by float32 sums, which have smaller errors."""
    return 2 * k + 96


def nearest_in_part(
    queries: np.ndarray, index: np.ndarray, squared: np.ndarray, quantised: QuantisedRows, part: slice, k: int
) -> Neighbours | None:
    """Return the k nearest rows of a part of the index, or None if too many rows are candidates."""
    state = new_state(queries, quantised, k)
    tiles = quantised.blocks[part.start // ROWS : -(-part.stop // ROWS)]
    done = scan_quantised(index[part], squared[part.start :], tiles, part.start, k, state)
    return result(state, k) if done else None


def new_state(queries: np.ndarray, index: QuantisedRows, k: int) -> SearchState:
    """Return the state before the first block, for queries (n, d) float32."""
    lengths = query_lengths(queries)
    quantised = quantise_queries(queries, ~np.isnan(lengths), index)
    state = empty_state(queries, lengths, quantised.blocks, capacity(k))
    state.errors[:], state.max_squared[:] = error_bounds(quantised, index), np.inf  # no row changes these
    return state


_scan_panel = make_panel_scanner(byte_tile)


@kernel
def scan_quantised(rows: Any, squared: Any, tiles: Any, first: int, k: int, state: SearchState) -> bool:
    """Search rows (n_rows, d), the first at position `first`; return False if it was given up as not worthwhile.

    Otherwise each query has its k nearest as candidates, nearest first, with exact inner products.
    """
    block, n_rows, n_queries = IndexBlock(rows, squared, True, first, k), len(rows), len(state.queries)
    step, products = max(1, _WORDS // (ROWS * tiles.shape[1])) * ROWS, np.empty(ROWS * PANEL, np.float32)
    budget = min(PANEL, n_queries) * _MAX_SHARE * _FREE * state.sums.shape[1]
    _raise_initial_thresholds(block, tiles, products, state)
    for start in range(0, n_rows, step):
        stop = min(n_rows, start + step)
        for panel in range(len(state.panels)):
            budget += min(PANEL, n_queries - panel * PANEL) * step
            budget -= _MAX_SHARE * _scan_panel(
                block, tiles, tiles.shape[1] - EXTRA, start, stop, panel, products, state
            )
            if budget < 0:
                return False
    for query in range(n_queries):
        rank_exactly(block, query, state)
    return True


@helper
def _raise_initial_thresholds(block: IndexBlock, tiles: Any, products: Any, state: SearchState) -> None:
    """Set initial thresholds by the best rows of some tiles, so that fewer rows become candidates at the start."""
    n_tiles = len(block.rows) // _SAMPLE // ROWS
    if n_tiles < block.k:
        return
    best = np.empty((n_tiles, PANEL), np.float32)
    for panel in range(len(state.panels)):
        begin, queries, thresholds = panel * PANEL, state.panels[panel], state.thresholds[panel * PANEL :]
        for tile in range(n_tiles):
            byte_tile(queries, tiles, tile * ROWS, -1, tiles.shape[1] - EXTRA, VECTORS, thresholds, products)
            _best_of_tile(products, block.squared, tile * ROWS, best[tile])
        for query in range(begin, min(begin + PANEL, len(state.queries))):
            raise_threshold(approx_kth(best[:, query - begin].copy(), block.k) - state.errors[query], query, state)


@helper
def _best_of_tile(products: Any, squared: Any, row: int, best: Any) -> None:
    """Fill `best` with the largest product of each query with the readable rows of a tile."""
    best[:] = -np.inf
    for number in range(ROWS):
        if squared[row + number] <= MAX_LENGTH**2:
            for column in range(PANEL):
                best[column] = max(best[column], products[number * PANEL + column])
