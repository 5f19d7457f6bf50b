"""Hash tables: in each, every distinct code lies in one bucket."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from solutions.hashing.search.index_structures.nearest_heap import distance, offer_code, radius, write
from solutions.hashing.search.index_structures.unique_codes import Distinct
from solutions.kernels.jit import helper, kernel

Keys = npt.NDArray[np.int32]


class Buckets(NamedTuple):
    """Bucket b of table t holds the distinct codes members[t, starts[t, b]:starts[t, b + 1]]."""

    starts: Any  # (n_tables, n_buckets + 1) int32
    members: Any  # (n_tables, n_distinct) int32


def filled(keys: Keys, n_buckets: int) -> Buckets:
    """Tables from the bucket of every distinct code in each: `keys` is (n_tables, n_distinct).

    >>> [part.tolist() for part in filled(np.array([[2, 0, 2]], np.int32), 3)]
    [[[0, 1, 1, 3]], [[1, 0, 2]]]
    """
    starts = np.zeros((len(keys), n_buckets + 1), np.int32)
    for row, own in zip(starts, keys, strict=True):
        np.cumsum(np.bincount(own, minlength=n_buckets), out=row[1:])
    members = [np.argsort(own, kind="stable").astype(np.int32) for own in keys]
    return Buckets(starts, np.stack(members))


@helper
def bucket(buckets: Buckets, table: int, key: int) -> Any:
    """The distinct codes in a bucket."""
    return buckets.members[table, buckets.starts[table, key] : buckets.starts[table, key + 1]]


@helper
def compare(query: Any, some: Any, codes: Distinct, seen: Any, mark: int, best: Any, n_best: int) -> int:
    """Compare the query with those of some codes that are not `seen`, (n_distinct,), which its mark there tells."""
    for which in some:
        if seen[which] != mark:
            seen[which] = mark
            n_best = offer_code(best, n_best, codes, which, distance(codes.codes[which], query))
    return n_best


@kernel
def search_buckets(queries: Any, keys: Any, buckets: Any, codes: Any, k: int, positions: Any, distances: Any) -> int:
    """Write the k nearest of the codes that share a bucket with the query; `keys` is (n_tables, n_queries).

    Returns how many codes were met in the buckets, repetitions included.
    """
    seen, best, n_met = np.full(len(codes.codes), -1, np.int32), np.empty(k, np.int64), 0
    for row, query in enumerate(queries):
        n_best = 0
        for table in range(len(keys)):
            met = bucket(buckets, table, keys[table, row])
            n_met += len(met)
            n_best = compare(query, met, codes, seen, row, best, n_best)
            if radius(best, n_best) == 0:
                break
        write(best, n_best, positions[row], distances[row])
    return n_met
