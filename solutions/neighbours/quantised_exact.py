"""Exact nearest neighbours by inner product that selects candidates by rows quantised to bytes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from harness import COMPILED
from solutions.neighbours.exact import Exact, nearest_in_part, search_in_parallel
from solutions.neighbours.neighbours import MAX_LENGTH, Neighbours, as_descriptors
from solutions.neighbours.searcher import InnerProductSearcher

_MAX_WIDTH = 2**12  # numbers in a row: with more, products might exceed float32
_MIN_ROWS = 2**10  # rows for each neighbour wanted: among fewer, bytes do not pay


def has_byte_products() -> bool:
    """Return whether kernels are compiled, for a machine with products of bytes."""
    if not COMPILED:
        return False
    from solutions.neighbours.kernels import byte_tiles

    return byte_tiles.is_available()


@dataclass
class QuantisedExact(InnerProductSearcher):
    """Returns what `Exact` does, in about half the time where at most one row in a thousand is wanted.

    Queries and rows are rounded to bytes, many of which are multiplied by one instruction. A bound on the error of such
    products (`kernels.quantisation`) tells which rows may be among the nearest; these are compared exactly. `Exact`
    searches instead if the machine lacks the instruction, if the index is not in memory as float32, or if too many rows
    are candidates.

    >>> QuantisedExact().build(np.eye(3)).search(np.array([[0.0, 2.0, 1.0]]), k=2).positions.tolist()
    [[1, 2]]
    """

    def _build(self, index: np.ndarray) -> None:
        self.scan = Exact().build(index)
        self.__dict__.pop("_quantised", None)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_quantised"}  # machine-dependent

    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        index, squared = self.scan.index, self.scan.squared
        if squared is None or len(index) < _MIN_ROWS * k or self._quantised is None:
            return self.scan.search(queries, k)
        from solutions.neighbours.kernels import byte_scan

        quantised = self._quantised

        def of_part(some: np.ndarray, part: slice) -> Neighbours:
            if part.stop - part.start >= _MIN_ROWS * k:
                results = byte_scan.nearest_in_part(some, as_descriptors(index), squared, quantised, part, k)
                if results is not None:
                    return results
            return nearest_in_part(some, index, part, k, squared)

        return search_in_parallel(queries, index, k, of_part, byte_scan.capacity(k))

    @cached_property
    def _quantised(self) -> Any:
        if self.scan.squared is None or not 2 <= self.width <= _MAX_WIDTH or not has_byte_products():
            return None
        from solutions.neighbours.kernels.quantisation import quantise_index

        return quantise_index(as_descriptors(self.scan.index), self.scan.squared[: self.n_index] <= MAX_LENGTH**2)
