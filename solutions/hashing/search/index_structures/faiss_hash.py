"""The binary hash tables of faiss, an optional library.

Buckets are chosen by the first bits or by several runs of bits, and buckets a few bits away are looked up too. Unlike
in multi-index hashing, this number of bits is fixed.
"""

from abc import abstractmethod
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.index_structures.searcher import Distances, HammingSearcher
from solutions.kernels.faiss import import_faiss


@dataclass
class _FaissTables(HammingSearcher):
    """A hash index of faiss; `work` is the number of codes compared."""

    exact: ClassVar[bool] = False

    def _build(self, codes: Codes) -> None:
        self.faiss_index = self._empty(import_faiss())
        self.faiss_index.add(_octets(codes))

    @property
    def n_bytes(self) -> int:
        """Size in bytes of the index as serialised by faiss."""
        return int(import_faiss().serialize_index_binary(self.faiss_index).nbytes) if self.n_codes else 0

    @abstractmethod
    def _empty(self, faiss: ModuleType) -> Any: ...

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        statistics = import_faiss().cvar.indexBinaryHash_stats
        statistics.reset()
        results, where = self.faiss_index.search(_octets(queries), k)
        results[where < 0] = np.iinfo(np.uint8).max
        order = np.lexsort((where, results), axis=1)  # faiss returns equal distances in any order
        distances[:, :k] = np.take_along_axis(results, order, axis=1)
        positions[:, :k] = np.take_along_axis(where, order, axis=1)
        return int(statistics.ndis)


@dataclass
class FaissHash(_FaissTables):
    """IndexBinaryHash: one table by the first `bits`; buckets within `flips` bits of the query's are looked up."""

    bits: int = 16
    flips: int = 2

    def _empty(self, faiss: ModuleType) -> Any:
        tables = faiss.IndexBinaryHash(64, self.bits)
        tables.nflip = self.flips
        return tables


@dataclass
class FaissMultiHash(_FaissTables):
    """IndexBinaryMultiHash: a table for each of several runs of `bits`.

    If the parts cover the whole code, all codes within parts * (flips + 1) - 1 bits are found.
    """

    parts: int = 4
    bits: int = 16
    flips: int = 1

    def _empty(self, faiss: ModuleType) -> Any:
        tables = faiss.IndexBinaryMultiHash(64, self.parts, self.bits)
        tables.nflip = self.flips
        return tables


def _octets(codes: Codes) -> Any:
    return codes.view(np.uint8).reshape(-1, 8)
