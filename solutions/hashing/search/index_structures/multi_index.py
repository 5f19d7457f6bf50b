"""Multi-index hashing: a code within r bits of the query is within r / m bits of it in one of m parts.

Each part has a table. All buckets s bits away are looked up, part by part, for s = 0, 1, 2, ...; when part p is done,
every code within m * s + p bits has been met, for one farther than s bits in the parts so far, and than s - 1 in the
others, is m * s + p + 1 bits away at least. So it is exact.

Source: M. Norouzi, A. Punjani and D. Fleet, "Fast exact search in Hamming space with multi-index hashing", 2014.
"""

from dataclasses import dataclass
from math import log2
from typing import Any

import numpy as np

from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.index_structures.buckets import Keys, bucket, compare, filled
from solutions.hashing.search.index_structures.nearest_heap import radius, write
from solutions.hashing.search.index_structures.searcher import Distances, Searcher
from solutions.hashing.search.index_structures.unique_codes import distinct
from solutions.kernels.jit import helper, kernel
from solutions.kernels.simd import lowest_bit

_FEWEST, _MOST = 3, 16  # parts: a table of a third of the bits has 4 million buckets


@dataclass
class MultiIndex(Searcher):
    """Parts of equal width, the first ones a bit wider; `work` is the number of buckets looked up.

    As many parts as make a bucket hold about one code, if none are given. As soon as there are more buckets to look up
    for a part than codes, these are compared one by one.
    """

    parts: int | None = None  # 3 to 16

    def _build(self, codes: Codes) -> None:
        self.distinct = distinct(codes)
        n_parts = self.parts or round(64 / log2(max(len(self.distinct.codes), 2)))
        if self.parts is not None and not _FEWEST <= self.parts <= _MOST:
            raise ValueError(f"{self}: parts are {_FEWEST} to {_MOST}")
        n_parts = min(max(n_parts, _FEWEST), _MOST)
        self.widths = np.array([64 // n_parts + (part < 64 % n_parts) for part in range(n_parts)])
        self.buckets = filled(self._keys(self.distinct.codes), 1 << int(self.widths[0]))

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        keys = self._keys(queries)
        return int(_search(queries, keys, self.widths, self.buckets, self.distinct, k, positions, distances))

    def _keys(self, codes: Codes) -> Keys:
        """The parts of each code as numbers: (n_parts, n)."""
        shifts = np.r_[0, np.cumsum(self.widths)[:-1]]
        parts = [codes >> np.uint64(s) & np.uint64((1 << int(w)) - 1) for s, w in zip(shifts, self.widths, strict=True)]
        return np.array(parts).astype(np.int32)


@kernel
def _search(
    queries: Any, keys: Any, widths: Any, buckets: Any, codes: Any, k: int, positions: Any, distances: Any
) -> int:
    seen, best, n_looked_up = np.full(len(codes.codes), -1, np.int32), np.empty(k, np.int64), 0
    for row, query in enumerate(queries):
        n_best, step = 0, 0  # codes within fewer than `step` bits have all been met
        while step <= radius(best, n_best):
            flips, part = divmod(step, len(widths))
            n_patterns = _n_patterns(widths[part], flips)
            if n_patterns > len(codes.codes):
                everything = np.arange(len(codes.codes), dtype=np.int32)
                n_best = compare(query, everything, codes, seen, row, best, n_best)
                break
            pattern = (1 << flips) - 1
            for number in range(n_patterns):
                pattern = _following(pattern) if number else pattern
                near = bucket(buckets, part, keys[part, row] ^ pattern)
                n_best = compare(query, near, codes, seen, row, best, n_best)
            n_looked_up += n_patterns
            step += 1
        write(best, n_best, positions[row], distances[row])
    return n_looked_up


@helper
def _n_patterns(width: int, flips: int) -> int:
    """How many patterns of `width` bits have `flips` set."""
    count = 1
    for each in range(flips):
        count = count * (width - each) // (each + 1)
    return count


@helper
def _following(pattern: int) -> int:
    """The next larger number with as many bits set."""
    carried = pattern + (pattern & -pattern)
    return carried | (carried ^ pattern) >> (2 + int(lowest_bit(np.uint64(pattern))))
