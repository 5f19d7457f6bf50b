"""Codes without their repetitions, so that no structure degenerates where many codes are equal."""

from typing import Any, NamedTuple

import numpy as np

from solutions.hashing.search.codes import Codes


class Distinct(NamedTuple):
    """Codes, each once, and where it stands: at positions[first[i]:last[i]], lowest first."""

    codes: Any  # (n_distinct,) uint64
    first: Any  # (n_distinct,) int32
    last: Any  # (n_distinct,) int32
    positions: Any  # (n,) int32


def distinct(codes: Codes) -> Distinct:
    """The distinct codes, of one at least, in ascending order.

    >>> [part.tolist() for part in distinct(np.array([7, 3, 7], np.uint64))]
    [[3, 7], [0, 1], [1, 3], [1, 0, 2]]
    """
    order = np.argsort(codes, kind="stable")
    ascending = codes[order]
    first = np.flatnonzero(np.r_[True, ascending[1:] != ascending[:-1]])
    last = np.r_[first[1:], len(codes)]
    return Distinct(ascending[first], first.astype(np.int32), last.astype(np.int32), order.astype(np.int32))


def reordered(found: Distinct, order: Any) -> Distinct:
    """The same codes in another order."""
    return Distinct(found.codes[order], found.first[order], found.last[order], found.positions)
