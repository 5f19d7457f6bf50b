"""The binary hash tables of faiss, an optional library.

Buckets are chosen by the first bits, or by several runs of bits, and those a few bits away are looked up, too; unlike
multi-index hashing that number does not grow until enough is found.
"""

from abc import abstractmethod
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.index_structures.searcher import Distances, Searcher
from solutions.kernels.faiss import loaded_faiss


@dataclass
class _FaissTables(Searcher):
    """Hash tables of faiss; `work` is the number of codes compared."""

    exact: ClassVar[bool] = False

    def _build(self, codes: Codes) -> None:
        self.tables_of_faiss = self._empty(loaded_faiss())
        self.tables_of_faiss.add(_octets(codes))

    @property
    def n_bytes(self) -> int:
        """Length of the structure as faiss would save it."""
        return int(loaded_faiss().serialize_index_binary(self.tables_of_faiss).nbytes) if self.n_codes else 0

    @abstractmethod
    def _empty(self, faiss: ModuleType) -> Any: ...

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        statistics = loaded_faiss().cvar.indexBinaryHash_stats
        statistics.reset()
        found, where = self.tables_of_faiss.search(_octets(queries), k)
        found[where < 0] = np.iinfo(np.uint8).max
        order = np.lexsort((where, found), axis=1)  # faiss leaves equal distances in any order
        distances[:, :k] = np.take_along_axis(found, order, axis=1)
        positions[:, :k] = np.take_along_axis(where, order, axis=1)
        return int(statistics.ndis)


@dataclass
class FaissHash(_FaissTables):
    """IndexBinaryHash: one table by the first `bits`, buckets looked up within `flips` bits of the query's."""

    bits: int = 16
    flips: int = 2

    def _empty(self, faiss: ModuleType) -> Any:
        tables = faiss.IndexBinaryHash(64, self.bits)
        tables.nflip = self.flips
        return tables


@dataclass
class FaissMultiHash(_FaissTables):
    """IndexBinaryMultiHash: a table for each of several runs of `bits`; finds all within parts * (flips + 1) - 1 bits.

    That holds where the parts make up the whole code.
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
