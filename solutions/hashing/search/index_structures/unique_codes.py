"""Codes without duplicates, so that no structure degenerates if many codes are equal."""

from typing import Any, NamedTuple

import numpy as np

from solutions.hashing.search.codes import Codes


class UniqueCodes(NamedTuple):
    """Unique codes; code i is at positions[first[i]:last[i]] of the original, lowest first."""

    codes: Any  # (n_unique,) uint64
    first: Any  # (n_unique,) int32
    last: Any  # (n_unique,) int32
    positions: Any  # (n,) int32


def deduplicate(codes: Codes) -> UniqueCodes:
    """Return the unique codes of one or more codes, in ascending order.

    >>> [part.tolist() for part in deduplicate(np.array([7, 3, 7], np.uint64))]
    [[3, 7], [0, 1], [1, 3], [1, 0, 2]]
    """
    order = np.argsort(codes, kind="stable")
    ascending = codes[order]
    first = np.flatnonzero(np.r_[True, ascending[1:] != ascending[:-1]])
    last = np.r_[first[1:], len(codes)]
    return UniqueCodes(ascending[first], first.astype(np.int32), last.astype(np.int32), order.astype(np.int32))


def reorder(unique: UniqueCodes, order: Any) -> UniqueCodes:
    """Return the same codes in another order."""
    return UniqueCodes(unique.codes[order], unique.first[order], unique.last[order], unique.positions)
