"""Locality-sensitive hashing by bit sampling: codes that agree in a few bits chosen at random share a bucket.

Source: P. Indyk and R. Motwani, "Approximate nearest neighbors", 1998; the deck's linear function of bit positions.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.index_structures.buckets import Keys, filled, search_buckets
from solutions.hashing.search.index_structures.searcher import Distances, Searcher
from solutions.hashing.search.index_structures.unique_codes import distinct
from solutions.kernels.jit import kernel

_MOST_BITS = 24  # a table has 2**bits buckets


@dataclass
class BitSampling(Searcher):
    """The nearest of the codes that share a bucket in one of the tables; `work` is the number of codes met there.

    A code at distance d is met with probability 1 - (1 - (1 - d / 64)**bits)**tables, if its bits are drawn with
    repetition; the bits of a table are drawn without, so C(64 - d, bits) / C(64, bits) takes the place of the power.
    """

    tables: int = 16
    bits: int = 16  # drawn for each table
    seed: int = 0
    exact: ClassVar[bool] = False

    def _build(self, codes: Codes) -> None:
        if not 1 <= self.bits <= _MOST_BITS or self.tables < 1:
            raise ValueError(f"{self}: needs a table at least, and 1 to {_MOST_BITS} bits")
        generator = np.random.default_rng(self.seed)
        self.drawn = np.array([generator.permutation(64)[: self.bits] for _ in range(self.tables)], np.uint64)
        self.distinct = distinct(codes)
        self.buckets = filled(self._keys(self.distinct.codes), 1 << self.bits)

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        keys = self._keys(queries)
        return int(search_buckets(queries, keys, self.buckets, self.distinct, k, positions, distances))

    def _keys(self, codes: Codes) -> Keys:
        keys = np.empty((self.tables, len(codes)), np.int32)
        _gather(codes, self.drawn, keys)
        return keys


@kernel
def _gather(codes: Any, drawn: Any, keys: Any) -> None:
    """Write the drawn bits of each code as one number: (n_tables, n)."""
    for table, places in enumerate(drawn):
        for row, code in enumerate(codes):
            key = np.uint64(0)
            for place in places:
                key = key << np.uint64(1) | code >> place & np.uint64(1)
            keys[table, row] = key
