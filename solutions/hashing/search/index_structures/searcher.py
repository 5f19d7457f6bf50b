"""The interface of all index structures of hash codes."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from solutions.hashing.search.codes import Codes, Positions, as_codes, missing_positions
from solutions.hashing.search.hamming import MISSING_DISTANCE
from solutions.kernels.arrays import check_k

Distances = npt.NDArray[np.uint8]


class SearchResult(NamedTuple):
    """The nearest codes to m queries, and the mean number of nodes, buckets or codes visited for a query."""

    positions: Positions  # (m, k)
    distances: Distances  # (m, k)
    work: float


@dataclass
class HammingSearcher(ABC):
    """An index structure for 64-bit codes; the dataclass fields are its parameters.

    >>> from solutions.hashing.search.index_structures.metric_tree import BKTree
    >>> searcher = BKTree().build(np.array([0b0000, 0b0111, 0b0001, 0b0010], np.uint64))
    >>> positions, distances = searcher.search(np.array([0b0011], np.uint64), k=5)
    >>> positions.tolist(), distances.tolist()
    ([[1, 2, 3, 0, -1]], [[1, 1, 1, 2, 255]])
    """

    exact: ClassVar[bool] = True

    def build(self, codes: Codes) -> Self:
        """Build the structure for `codes` (n,) uint64 and return this searcher."""
        self.n_codes = len(codes)
        if self.n_codes:
            self._build(as_codes(codes, 1))
        return self

    def search(self, queries: Codes, k: int = 100) -> tuple[Positions, Distances]:
        """Return positions and distances of the k nearest codes to each query (m,): (m, k) int32 and uint8.

        Nearest first; equal distances by position, lowest first. If fewer are found, the rest is position -1 at
        distance 255. It uses one core.
        """
        return self.measured_search(queries, k)[:2]

    def measured_search(self, queries: Codes, k: int = 100) -> SearchResult:
        """Return what `search` returns, and the work that it took."""
        check_k(k)
        queries, possible = as_codes(queries, 1), min(k, self.n_codes)
        positions = missing_positions(len(queries), k)
        distances = np.full((len(queries), k), MISSING_DISTANCE, np.uint8)
        work = self._search(queries, possible, positions, distances) if possible else 0
        return SearchResult(positions, distances, work / max(1, len(queries)))

    @property
    def name(self) -> str:
        """The class name with the parameters that differ from the defaults."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        changed = [
            f"{field.name}={values[field.name]!r}" for field in fields(self) if values[field.name] != field.default
        ]
        return f"{type(self).__name__}({', '.join(changed)})" if changed else type(self).__name__

    @property
    def n_bytes(self) -> int:
        """Memory of the structure in bytes, codes included."""
        return sum(_n_bytes(value) for value in vars(self).values())

    @abstractmethod
    def _build(self, codes: Codes) -> None:
        """Build the structure for one code or more."""

    @abstractmethod
    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        """Fill the first `k` columns, at most as many as there are codes, and return the work for all queries."""


def _n_bytes(value: Any) -> int:
    if isinstance(value, tuple):
        return sum(_n_bytes(each) for each in value)
    return value.nbytes if isinstance(value, np.ndarray) else 0
