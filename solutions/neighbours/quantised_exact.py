"""Exact nearest neighbours by inner product, told by bytes which rows to look at."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from solutions.kernels.jit import helper, kernel
from solutions.neighbours.exact import Exact, nearest_of_part, shared
from solutions.neighbours.kernels.byte_tiles import EXTRA, byte_tile, has_bytes
from solutions.neighbours.kernels.candidates import (
    Block,
    Found,
    lengths_of,
    nothing_found,
    raise_floor,
    reached,
    settle,
    settled,
)
from solutions.neighbours.kernels.quantisation import Coded, coded_index, coded_queries, errors
from solutions.neighbours.kernels.scan import panel_scanner
from solutions.neighbours.kernels.simd_ops import PANEL, ROWS, VECTORS
from solutions.neighbours.neighbours import LONGEST, Neighbours, lent
from solutions.neighbours.searcher import Searcher

_WIDEST = 2**12  # numbers in a row: with more, products might go beyond float32
_FEWEST = 2**10  # rows to each that is asked for: among fewer, bytes do not pay
_WORDS = 2**16  # of the index that all queries are held against before the next: 256 KB
_SAMPLE = 32  # one row in so many tells how high floors may begin
_MOST, _FILLED = 16, 4  # it is given up where more than one row in so many is noted, once notes were full so often


@dataclass
class BytesFirst(Searcher):
    """Finds what `Exact` does, in about half the time where no more than one row in a thousand is asked for.

    Queries and rows are rounded to bytes, of which many are multiplied at once. A bound on what an inner product can be
    wrong for that, which `byte_codes` has, tells which rows may be among the nearest, and of these all numbers are
    looked at. Where the machine has no such instruction, where the index is not in memory as float32, and where bytes
    tell too little, all is left to `Exact`.

    >>> BytesFirst().build(np.eye(3)).search(np.array([[0.0, 2.0, 1.0]]), k=2).positions.tolist()
    [[1, 2]]
    """

    def _build(self, index: np.ndarray) -> None:
        self.scan = Exact().build(index)
        self.__dict__.pop("_coded", None)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_coded"}  # no other machine's bytes

    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        index, squared = self.scan.index, self.scan.squared
        if squared is None or len(index) < _FEWEST * k or self._coded is None:
            return self.scan.search(queries, k)
        coded = self._coded

        def of_part(some: np.ndarray, part: slice) -> Neighbours:
            if part.stop - part.start >= _FEWEST * k:
                found, tiles = _nothing_found(some, coded, k), coded.blocks[part.start // ROWS : -(-part.stop // ROWS)]
                if _scan(lent(index[part]), squared[part.start :], tiles, part.start, k, found):
                    return settled(found, k)
            return nearest_of_part(some, index, part, k, squared)

        return shared(queries, index, k, of_part, _room_for(k))

    @cached_property
    def _coded(self) -> Coded | None:
        if self.scan.squared is None or not 2 <= self.width <= _WIDEST or not has_bytes():
            return None
        return coded_index(lent(self.scan.index), self.scan.squared[: self.n_index] <= LONGEST**2)


def _nothing_found(queries: np.ndarray, index: Coded, k: int) -> Found:
    """Return the state before the first row."""
    lengths = lengths_of(queries)
    coded = coded_queries(queries, ~np.isnan(lengths), index)
    found = nothing_found(queries, lengths, coded.blocks, _room_for(k))
    found.errors[:], found.longest[:] = errors(coded, index), np.inf  # no row will change them
    return found


def _room_for(k: int) -> int:
    """Return how many notes are kept of a query: more are in doubt than with sums of float32."""
    return 2 * k + 96


_scan_panel = panel_scanner(byte_tile)


@kernel
def _scan(rows: Any, squared: Any, tiles: Any, first: int, k: int, found: Found) -> bool:
    """Hold queries against rows (n_rows, d), the first of them at position `first`, and tell whether it was worth it.

    Then the notes of each query are its k nearest, the nearest first, with their exact inner products.
    """
    block, n_rows, n_queries = Block(rows, squared, True, first, k), len(rows), len(found.queries)
    step, products = max(1, _WORDS // (ROWS * tiles.shape[1])) * ROWS, np.empty(ROWS * PANEL, np.float32)
    left = min(PANEL, n_queries) * _MOST * _FILLED * found.sums.shape[1]
    _raise_floors(block, tiles, products, found)
    for start in range(0, n_rows, step):
        stop = min(n_rows, start + step)
        for panel in range(len(found.panels)):
            left += min(PANEL, n_queries - panel * PANEL) * step
            left -= _MOST * _scan_panel(block, tiles, tiles.shape[1] - EXTRA, start, stop, panel, products, found)
            if left < 0:
                return False
    for query in range(n_queries):
        settle(block, query, found)
    return True


@helper
def _raise_floors(block: Block, tiles: Any, products: Any, found: Found) -> None:
    """Have floors begin where the best rows of some tiles say, so that less is noted before they are known."""
    n_tiles = len(block.rows) // _SAMPLE // ROWS
    if n_tiles < block.k:
        return
    best = np.empty((n_tiles, PANEL), np.float32)
    for panel in range(len(found.panels)):
        begin, queries, floors = panel * PANEL, found.panels[panel], found.floors[panel * PANEL :]
        for tile in range(n_tiles):
            byte_tile(queries, tiles, tile * ROWS, -1, tiles.shape[1] - EXTRA, VECTORS, floors, products)
            _best_of_tile(products, block.squared, tile * ROWS, best[tile])
        for query in range(begin, min(begin + PANEL, len(found.queries))):
            raise_floor(reached(best[:, query - begin].copy(), block.k) - found.errors[query], query, found)


@helper
def _best_of_tile(products: Any, squared: Any, row: int, best: Any) -> None:
    """Fill in the largest product of each query with those of the rows from `row` that can be found."""
    best[:] = -np.inf
    for number in range(ROWS):
        if squared[row + number] <= LONGEST**2:
            for column in range(PANEL):
                best[column] = max(best[column], products[number * PANEL + column])
