"""Locality-sensitive hashing by bit sampling: codes that agree in a few random bits share a bucket.

Source: P. Indyk and R. Motwani, "Approximate nearest neighbors", 1998; the deck's linear function of bit positions.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from harness import kernel
from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.index_structures.buckets import Keys, build_buckets, search_buckets
from solutions.hashing.search.index_structures.searcher import Distances, HammingSearcher
from solutions.hashing.search.index_structures.unique_codes import deduplicate

_MAX_BITS = 24  # a table has 2**bits buckets


@dataclass
class BitSampling(HammingSearcher):
    """Returns the nearest codes that share a bucket with the query in a table; `work` is the number of codes in these.

    A code at distance d shares one with probability 1 - (1 - p)**tables, where p = C(64 - d, bits) / C(64, bits), or
    about (1 - d / 64)**bits.
    """

    tables: int = 16
    bits: int = 16  # sampled for each table
    seed: int = 0
    exact: ClassVar[bool] = False

    def _build(self, codes: Codes) -> None:
        if not 1 <= self.bits <= _MAX_BITS or self.tables < 1:
            raise ValueError(f"{self}: needs 1 table or more, and 1 to {_MAX_BITS} bits")
        generator = np.random.default_rng(self.seed)
        self.sampled_bits = np.array([generator.permutation(64)[: self.bits] for _ in range(self.tables)], np.uint64)
        self.unique = deduplicate(codes)
        self.buckets = build_buckets(self._keys(self.unique.codes), 1 << self.bits)

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        keys = self._keys(queries)
        return int(search_buckets(queries, keys, self.buckets, self.unique, k, positions, distances))

    def _keys(self, codes: Codes) -> Keys:
        keys = np.empty((self.tables, len(codes)), np.int32)
        _sample_bits(codes, self.sampled_bits, keys)
        return keys


@kernel
def _sample_bits(codes: Any, sampled: Any, keys: Any) -> None:
    """Write the sampled bits of each code as one number: (n_tables, n)."""
    for table, places in enumerate(sampled):
        for row, code in enumerate(codes):
            key = np.uint64(0)
            for place in places:
                key = key << np.uint64(1) | code >> place & np.uint64(1)
            keys[table, row] = key
