"""Hash tables of unique codes, stored as arrays, and the search of their buckets."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from harness import helper, kernel
from solutions.hashing.search.index_structures.nearest_heap import distance, push_code, radius, write_sorted
from solutions.hashing.search.index_structures.unique_codes import UniqueCodes

Keys = npt.NDArray[np.int32]


class Buckets(NamedTuple):
    """Bucket b of table t holds the unique codes members[t, starts[t, b]:starts[t, b + 1]]."""

    starts: Any  # (n_tables, n_buckets + 1) int32
    members: Any  # (n_tables, n_unique) int32


def build_buckets(keys: Keys, n_buckets: int) -> Buckets:
    """Return hash tables; `keys` (n_tables, n_unique) is the bucket of each unique code in each table.

    >>> [part.tolist() for part in build_buckets(np.array([[2, 0, 2]], np.int32), 3)]
    [[[0, 1, 1, 3]], [[1, 0, 2]]]
    """
    starts = np.zeros((len(keys), n_buckets + 1), np.int32)
    for row, own in zip(starts, keys, strict=True):
        np.cumsum(np.bincount(own, minlength=n_buckets), out=row[1:])
    members = [np.argsort(own, kind="stable").astype(np.int32) for own in keys]
    return Buckets(starts, np.stack(members))


@helper
def codes_in_bucket(buckets: Buckets, table: int, key: int) -> Any:
    """Return the unique codes in a bucket, as numbers."""
    return buckets.members[table, buckets.starts[table, key] : buckets.starts[table, key + 1]]


@helper
def compare_codes(query: Any, some: Any, codes: UniqueCodes, seen: Any, mark: int, best: Any, n_best: int) -> int:
    """Compare the query with those of some codes whose entry in `seen` (n_unique,) is not `mark`; return `n_best`."""
    for which in some:
        if seen[which] != mark:
            seen[which] = mark
            n_best = push_code(best, n_best, codes, which, distance(codes.codes[which], query))
    return n_best


@kernel
def search_buckets(queries: Any, keys: Any, buckets: Any, codes: Any, k: int, positions: Any, distances: Any) -> int:
    """Write the k nearest codes that share a bucket with each query; `keys` is (n_tables, n_queries).

    Returns the number of codes in these buckets, repetitions included.
    """
    seen, best, n_members = np.full(len(codes.codes), -1, np.int32), np.empty(k, np.int64), 0
    for row, query in enumerate(queries):
        n_best = 0
        for table in range(len(keys)):
            members = codes_in_bucket(buckets, table, keys[table, row])
            n_members += len(members)
            n_best = compare_codes(query, members, codes, seen, row, best, n_best)
            if radius(best, n_best) == 0:
                break
        write_sorted(best, n_best, positions[row], distances[row])
    return n_members
