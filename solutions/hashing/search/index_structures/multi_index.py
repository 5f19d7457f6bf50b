"""Multi-index hashing: a code within r bits of the query is within r / m bits of it in one of m parts.

Each part has a hash table. All buckets s bits away are looked up, part by part, for s = 0, 1, 2, ... After part p,
every code within m * s + p bits has been seen: any other is farther than s bits in the parts up to p, and than s - 1 in
the rest, so at least m * s + p + 1 bits away. The search is exact.

Source: M. Norouzi, A. Punjani and D. Fleet, "Fast exact search in Hamming space with multi-index hashing", 2014.
"""

from dataclasses import dataclass
from math import log2
from typing import Any

import numpy as np

from harness import helper, kernel
from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.index_structures.buckets import Keys, build_buckets, codes_in_bucket, compare_codes
from solutions.hashing.search.index_structures.nearest_heap import radius, write_sorted
from solutions.hashing.search.index_structures.searcher import Distances, HammingSearcher
from solutions.hashing.search.index_structures.unique_codes import deduplicate
from solutions.kernels.bits import lowest_bit

_MIN_PARTS, _MAX_PARTS = 3, 16  # parts: a table of a third of the bits has 4 million buckets


@dataclass
class MultiIndex(HammingSearcher):
    """Parts of equal width, the first ones a bit wider if 64 is no multiple; `work` is the number of buckets looked up.

    `parts` None chooses as many as make a bucket hold about one code. When a part has more buckets to look up than
    there are codes, all codes are compared instead.
    """

    parts: int | None = None  # 3 to 16

    def _build(self, codes: Codes) -> None:
        self.unique = deduplicate(codes)
        n_parts = self.parts or round(64 / log2(max(len(self.unique.codes), 2)))
        if self.parts is not None and not _MIN_PARTS <= self.parts <= _MAX_PARTS:
            raise ValueError(f"{self}: parts are {_MIN_PARTS} to {_MAX_PARTS}")
        n_parts = min(max(n_parts, _MIN_PARTS), _MAX_PARTS)
        self.widths = np.array([64 // n_parts + (part < 64 % n_parts) for part in range(n_parts)])
        self.buckets = build_buckets(self._keys(self.unique.codes), 1 << int(self.widths[0]))

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        keys = self._keys(queries)
        return int(_search(queries, keys, self.widths, self.buckets, self.unique, k, positions, distances))

    def _keys(self, codes: Codes) -> Keys:
        """Return the parts of each code as numbers: (n_parts, n)."""
        shifts = np.r_[0, np.cumsum(self.widths)[:-1]]
        parts = [codes >> np.uint64(s) & np.uint64((1 << int(w)) - 1) for s, w in zip(shifts, self.widths, strict=True)]
        return np.array(parts).astype(np.int32)


@kernel
def _search(
    queries: Any, keys: Any, widths: Any, buckets: Any, codes: Any, k: int, positions: Any, distances: Any
) -> int:
    seen, best, n_buckets = np.full(len(codes.codes), -1, np.int32), np.empty(k, np.int64), 0
    for row, query in enumerate(queries):
        n_best, step = 0, 0  # all codes within fewer than `step` bits have been seen
        while step <= radius(best, n_best):
            flips, part = divmod(step, len(widths))
            n_patterns = _n_patterns(widths[part], flips)
            if n_patterns > len(codes.codes):
                everything = np.arange(len(codes.codes), dtype=np.int32)
                n_best = compare_codes(query, everything, codes, seen, row, best, n_best)
                break
            pattern = (1 << flips) - 1
            for number in range(n_patterns):
                pattern = _next_pattern(pattern) if number else pattern
                near = codes_in_bucket(buckets, part, keys[part, row] ^ pattern)
                n_best = compare_codes(query, near, codes, seen, row, best, n_best)
            n_buckets += n_patterns
            step += 1
        write_sorted(best, n_best, positions[row], distances[row])
    return n_buckets


@helper
def _n_patterns(width: int, flips: int) -> int:
    """Return the number of patterns of `width` bits of which `flips` are set."""
    count = 1
    for each in range(flips):
        count = count * (width - each) // (each + 1)
    return count


@helper
def _next_pattern(pattern: int) -> int:
    """Return the next larger number with the same number of set bits."""
    carry = pattern + (pattern & -pattern)
    return carry | (carry ^ pattern) >> (2 + int(lowest_bit(np.uint64(pattern))))
