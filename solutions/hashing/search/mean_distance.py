"""Exact nearest neighbours by a mean of the Hamming distances of several hashes."""

import numpy as np
import numpy.typing as npt

from harness import COMPILED
from solutions.hashing.search.codes import Codes, Positions, as_codes, missing_positions
from solutions.hashing.search.mean_distance_keys import MAX_HASHES, Keys, Mean, key_table, means_of
from solutions.kernels.arrays import check_k

MISSING_MEAN = np.inf
_FARTHEST = np.iinfo(np.int64).max  # a key above all others
_PAIRS = 2**20  # distances computed at once in NumPy


def nearest(
    queries: Codes, index: Codes, mean: Mean = "geometric", k: int = 100
) -> tuple[npt.NDArray[np.float64], Positions]:
    """Return means and positions of the k codes of least mean distance: (n_query, k) float64 and int32.

    `queries` is (n_query, m) uint64, but `index` (m, n_index): one row for each hash, 1 to 8 of them; row i is
    compared with column i of the queries. Of the m distances D the mean is

    * arithmetic: the mean of D;
    * geometric: exp(mean(log(1 + D))) - 1;
    * harmonic: m / sum(1 / (1 + D)) - 1;
    * square_root: the mean of sqrt(D), not squared.

    Least mean first, ties by position, lowest first. Means are compared as integers (`mean_distance_keys`), so ties are
    exact and the order of the hashes does not matter. If the index has fewer than k codes, the rest of a row is
    infinity at position -1. Threads can share an index, as in `hamming.nearest`. Harmonic and square_root take twice as
    long.

    >>> index = np.array([[0b0000, 0b1111, 0b0001], [0b0111, 0b0001, 0b0011]], np.uint64)
    >>> means, positions = nearest(np.zeros((1, 2), np.uint64), index, "arithmetic", k=2)
    >>> means.tolist(), positions.tolist()
    ([[1.5, 1.5]], [[0, 2]])
    """
    check_k(k)
    queries, index = as_codes(queries, 2), as_codes(index, 2)
    n_hashes, n_index = index.shape
    if queries.shape[1] != n_hashes or not 1 <= n_hashes <= MAX_HASHES:
        raise ValueError(
            f"the queries have {queries.shape[1]} hashes and the index {n_hashes}: not both the same 1 to 8"
        )
    keys, positions = np.full((len(queries), k), _FARTHEST), missing_positions(len(queries), k)
    if COMPILED:
        from solutions.hashing.search.mean_distance_kernels import RULES, search

        search(queries, index, key_table(mean), RULES[mean], keys, positions)
    else:
        _search_plainly(queries, index, mean, keys, positions)
    means = means_of(keys, mean, n_hashes)
    means[:, n_index:] = MISSING_MEAN
    return means, positions


def _search_plainly(queries: Codes, index: Codes, mean: Mean, keys: Keys, positions: Positions) -> None:
    """Fill keys and positions by a stable sort of all keys."""
    table, width, chunk = key_table(mean), min(keys.shape[1], index.shape[1]), max(1, _PAIRS // max(1, index.size))
    for start in range(0, len(queries), chunk):
        here = slice(start, start + chunk)
        entries = table[np.bitwise_count(queries[here, :, None] ^ index)]
        everything = entries.prod(axis=1) if mean == "geometric" else entries.sum(axis=1)
        order = np.argsort(everything, axis=1, kind="stable")[:, :width]
        keys[here, :width], positions[here, :width] = np.take_along_axis(everything, order, axis=1), order
