"""What every search for neighbours returns, and what it is given."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LONGEST = 1e19  # a row that is longer, or that has a number that is none, is never found


@dataclass(frozen=True)
class Neighbours:
    """The nearest rows of an index to each query, best first; equal similarities by position, lowest first."""

    positions: np.ndarray  # (n_queries, k) int32, best first, -1 where there are fewer
    similarities: np.ndarray  # (n_queries, k) float32, descending, -inf where there are fewer


def no_neighbours(n_queries: int, k: int) -> Neighbours:
    """Return neighbours to be filled in."""
    return Neighbours(np.full((n_queries, k), -1, np.int32), np.full((n_queries, k), -np.inf, np.float32))


def together(parts: Sequence[Neighbours]) -> Neighbours:
    """Return the answers to several batches of queries as one."""
    return Neighbours(np.vstack([part.positions for part in parts]), np.vstack([part.similarities for part in parts]))


def best_of(parts: Sequence[Neighbours], k: int) -> Neighbours:
    """Return the k best of several answers to the same queries, (n_queries, any) each; none may be in two of them.

    >>> one = Neighbours(np.array([[3, 0]]), np.array([[0.5, 0.25]]))
    >>> best_of([one, Neighbours(np.array([[1]]), np.array([[0.5]]))], k=2).positions.tolist()
    [[1, 3]]
    """
    positions = np.hstack([part.positions for part in parts])
    similarities = np.hstack([part.similarities for part in parts])
    order = np.lexsort((positions, -similarities), axis=1)[:, :k]
    return Neighbours(np.take_along_axis(positions, order, axis=1), np.take_along_axis(similarities, order, axis=1))


def check_k(k: int) -> None:
    """Raises ValueError where `k` is no number of neighbours."""
    if k < 1:
        raise ValueError(f"k is {k}, but has to be at least 1")


def check_rows(*arrays: np.ndarray) -> None:
    """Raises TypeError or ValueError where these are not floats (any, d), of the same d."""
    for rows in arrays:
        if not np.issubdtype(rows.dtype, np.floating) or rows.ndim != 2:
            raise TypeError(f"descriptors are floats in 2 dimensions, but these are {rows.dtype} in {rows.ndim}")
    widths = [rows.shape[1] for rows in arrays]
    if len(set(widths)) > 1:
        raise ValueError(f"the queries have {widths[0]} numbers each, but the index has {widths[1]}")


def are_readable(rows: np.ndarray) -> np.ndarray:
    """Tell which of `rows` (n, d) can be found, or find any: those of numbers, and not beyond all length.

    >>> are_readable(np.array([[1.0, 2.0], [np.nan, 1.0], [1e25, 0.0]])).tolist()
    [True, False, False]
    """
    with np.errstate(over="ignore", invalid="ignore"):
        squared = np.einsum("ij,ij->i", rows, rows, dtype=np.float64, casting="same_kind")
    readable: np.ndarray = squared <= LONGEST**2
    return readable


def is_ready(rows: np.ndarray) -> bool:
    """Tell whether rows can be read where they lie, in any order."""
    return rows.dtype == np.float32 and rows.flags.c_contiguous and not isinstance(rows, np.memmap)


def lent(rows: np.ndarray) -> np.ndarray:
    """Return contiguous, read-only float32 rows, which kernels are compiled for; copied only where they are not."""
    with np.errstate(over="ignore"):
        plain = np.ascontiguousarray(rows, np.float32).view(np.ndarray)
    plain.flags.writeable = False
    return plain
