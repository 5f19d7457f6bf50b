"""Exact nearest neighbours by a mean of the Hamming distances of several hashes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.hashing.search.codes import Codes, Positions, check_k, checked_codes, no_positions
from solutions.hashing.search.mean_distance_keys import (
    BLOCK,
    MOST_HASHES,
    Mean,
    entries_below,
    key_table,
    means_of,
    products_below,
    sums_below,
)
from solutions.kernels.jit import helper, kernel
from solutions.kernels.simd import aligned, lowest_bit

MISSING_MEAN = np.inf
_QUERIES = 256  # that are compared with a block before the next one
_SUM, _PRODUCT, _ENTRIES = range(3)
_RULES: dict[Mean, int] = {"arithmetic": _SUM, "geometric": _PRODUCT, "harmonic": _ENTRIES, "square_root": _ENTRIES}
_FARTHEST = np.iinfo(np.int64).max  # a key that no code reaches


def nearest(
    queries: Codes, index: Codes, mean: Mean = "geometric", k: int = 100
) -> tuple[npt.NDArray[np.float64], Positions]:
    """Means and positions in the index of the k codes of least mean distance: (n_query, k) float64 and int32.

    `queries` is (n_query, m) uint64, but `index` (m, n_index): m rows, one for each hash, 1 to 8 of them; row i is
    compared with column i of the queries. Of the m distances D the mean is

    * arithmetic: the mean of D;
    * geometric: exp(mean(log(1 + D))) - 1;
    * harmonic: m / sum(1 / (1 + D)) - 1;
    * square_root: the mean of sqrt(D), not squared.

    Least mean first, ties by position, lowest first; means are compared as integers (`mean_keys`), so ties are exact
    and the order of the hashes does not matter. Where the index has fewer than k codes, the rest of the row is infinity
    at position -1. Threads can share an index, as in `hamming.nearest`. Harmonic and square_root take twice as long.

    >>> index = np.array([[0b0000, 0b1111, 0b0001], [0b0111, 0b0001, 0b0011]], np.uint64)
    >>> means, positions = nearest(np.zeros((1, 2), np.uint64), index, "arithmetic", k=2)
    >>> means.tolist(), positions.tolist()
    ([[1.5, 1.5]], [[0, 2]])
    """
    check_k(k)
    queries, index = checked_codes(queries, 2), checked_codes(index, 2)
    n_hashes, n_index = index.shape
    if queries.shape[1] != n_hashes or not 1 <= n_hashes <= MOST_HASHES:
        raise ValueError(
            f"the queries have {queries.shape[1]} hashes and the index {n_hashes}: not both the same 1 to 8"
        )
    keys, positions = np.full((len(queries), k), _FARTHEST), no_positions(len(queries), k)
    _search(queries, index, key_table(mean), _RULES[mean], keys, positions)
    means = means_of(keys, mean, n_hashes)
    means[:, n_index:] = MISSING_MEAN
    return means, positions


@kernel
def _search(queries: Any, index: Any, table: Any, rule: int, keys: Any, positions: Any) -> None:
    """Fill `keys` and `positions`, which are sorted at any time and whose last key is the limit for new ones."""
    n_hashes, n_index = index.shape
    block, block_keys = aligned(n_hashes * BLOCK), aligned(BLOCK).view(np.int64)
    for chunk in range(0, len(queries), _QUERIES):
        for first in range(0, n_index, BLOCK):
            _copy(index[:, first : first + BLOCK], block)
            for row in range(chunk, min(chunk + _QUERIES, len(queries))):
                below = _below(rule, block, queries, row * n_hashes, n_hashes, table, keys[row, -1], block_keys)
                if below:
                    _insert_all(keys[row], positions[row], first, n_index, below, block_keys)


@helper
def _copy(codes: Any, block: Any) -> None:
    """Copy (n_hashes, up to BLOCK) codes into (n_hashes * BLOCK,); a short block is filled up with zeros."""
    block[:] = 0
    for which in range(len(codes)):
        for number, code in enumerate(codes[which]):
            block[which * BLOCK + number] = code


@helper
def _below(rule: int, block: Any, queries: Any, first: int, n_hashes: int, table: Any, limit: int, keys: Any) -> Any:
    if rule == _PRODUCT:
        return products_below(block, queries, first, n_hashes, table, limit, keys)
    if rule == _SUM:
        return sums_below(block, queries, first, n_hashes, table, limit, keys)
    return entries_below(block, queries, first, n_hashes, table, limit, keys)


@helper
def _insert_all(keys: Any, positions: Any, first: int, n_index: int, below: Any, block_keys: Any) -> None:
    while below:
        number = np.int64(lowest_bit(below))
        below &= below - np.uint64(1)
        if block_keys[number] < keys[-1] and first + number < n_index:
            _insert(keys, positions, block_keys[number], first + number)


@helper
def _insert(keys: Any, positions: Any, key: int, position: Any) -> None:
    """Insert after the keys that are not greater: positions ascend, so that ties are in order of position."""
    place = len(keys) - 1
    while place > 0 and keys[place - 1] > key:
        keys[place], positions[place] = keys[place - 1], positions[place - 1]
        place -= 1
    keys[place], positions[place] = key, position
