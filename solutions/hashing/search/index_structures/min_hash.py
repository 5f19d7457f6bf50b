"""MinHash with banding: codes with a large Jaccard similarity of their digits share a bucket.

A code is the set of its sixteen hexadecimal digits, each with its place (shingles). A signature holds the minima of
several hash functions over the set; two codes agree in each with probability s, their Jaccard similarity. Bands of
`rows` minima are the keys of the tables, so two codes share a bucket with probability 1 - (1 - s**rows)**bands.

Source: A. Broder, "On the resemblance and containment of documents", 1997. Ours works on arrays; datasketch, which is
made for sets of words, hashes the shingles of each code one by one in Python.
"""

from dataclasses import dataclass
from math import ceil, log2
from typing import Any, ClassVar

import numpy as np

from harness import helper, kernel
from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.index_structures.buckets import Keys, build_buckets, search_buckets
from solutions.hashing.search.index_structures.searcher import Distances, HammingSearcher
from solutions.hashing.search.index_structures.unique_codes import deduplicate

_DIGITS, _VALUES = 16, 16
_MAX_BITS = 24  # a table has 2**bits buckets


@dataclass
class MinHash(HammingSearcher):
    """Returns the nearest codes that share a band of the signature; `work` is the number of codes in these buckets."""

    bands: int = 20
    rows: int = 3  # minima in a band
    seed: int = 0
    exact: ClassVar[bool] = False

    def _build(self, codes: Codes) -> None:
        generator = np.random.default_rng(self.seed)
        shape = (self.bands * self.rows, _DIGITS, _VALUES)
        self.hashes = generator.integers(0, 2**32, shape, np.uint32)
        self.unique = deduplicate(codes)
        self.bits = min(max(ceil(log2(max(len(codes), 2))), 1), _MAX_BITS)
        self.buckets = build_buckets(self._keys(self.unique.codes), 1 << self.bits)

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        keys = self._keys(queries)
        return int(search_buckets(queries, keys, self.buckets, self.unique, k, positions, distances))

    def _keys(self, codes: Codes) -> Keys:
        keys = np.empty((self.bands, len(codes)), np.int32)
        _hash_bands(codes, self.hashes, self.rows, self.bits, keys)
        return keys


@helper
def _minimum(code: Any, hashes: Any, which: int) -> Any:
    """Return the smallest hash of the digits of a code by one of the hash functions."""
    smallest = np.uint32(0xFFFFFFFF)
    for place in range(_DIGITS):
        value = code >> np.uint64(4 * place) & np.uint64(15)
        smallest = min(smallest, hashes[which, place, value])
    return smallest


@kernel
def _hash_bands(codes: Any, hashes: Any, rows: int, bits: int, keys: Any) -> None:
    """Write the bucket of each code in each band, a hash of its minima: (bands, n)."""
    for column, code in enumerate(codes):
        for band in range(len(keys)):
            key = np.uint64(0)
            for which in range(band * rows, (band + 1) * rows):
                key = (key ^ np.uint64(_minimum(code, hashes, which))) * np.uint64(0x9E3779B97F4A7C15)
                key ^= key >> np.uint64(29)
            keys[band, column] = key * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(64 - bits)
