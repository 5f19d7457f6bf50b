"""The result of a search for nearest neighbours, and the arrays that searches accept."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from solutions.kernels.arrays import as_kernel_array

MAX_LENGTH = 1e19  # a longer row, or one with NaN or infinite numbers, is unreadable and never found


@dataclass(frozen=True)
class Neighbours:
    """The nearest rows of an index to each query, best first; equal similarities by position, lowest first."""

    positions: np.ndarray  # (n_queries, k) int32, best first, -1 where there are fewer
    similarities: np.ndarray  # (n_queries, k) float32, descending, -inf where there are fewer


def empty_neighbours(n_queries: int, k: int) -> Neighbours:
    """Return neighbours of which none is found yet, to be filled in."""
    return Neighbours(np.full((n_queries, k), -1, np.int32), np.full((n_queries, k), -np.inf, np.float32))


def concatenate(parts: Sequence[Neighbours]) -> Neighbours:
    """Return the neighbours of several batches of queries as one."""
    return Neighbours(np.vstack([part.positions for part in parts]), np.vstack([part.similarities for part in parts]))


def merge_top_k(parts: Sequence[Neighbours], k: int) -> Neighbours:
    """Return the k best of several results (n_queries, any) for the same queries, which have no row in common.

    >>> one = Neighbours(np.array([[3, 0]]), np.array([[0.5, 0.25]]))
    >>> merge_top_k([one, Neighbours(np.array([[1]]), np.array([[0.5]]))], k=2).positions.tolist()
    [[1, 3]]
    """
    positions = np.hstack([part.positions for part in parts])
    similarities = np.hstack([part.similarities for part in parts])
    order = np.lexsort((positions, -similarities), axis=1)[:, :k]
    return Neighbours(np.take_along_axis(positions, order, axis=1), np.take_along_axis(similarities, order, axis=1))


def remove_self(neighbours: Neighbours) -> Neighbours:
    """Return the neighbours of a set in itself `(n, k)` without each row itself, or else its last: `(n, k - 1)`.

    A row with k or more duplicates may not be among its own neighbours.

    >>> remove_self(Neighbours(np.array([[0, 1], [0, 1], [0, 1]]), np.ones((3, 2)))).positions.tolist()
    [[1], [0], [0]]
    """
    n, k = neighbours.positions.shape
    own = neighbours.positions == np.arange(n)[:, None]
    own[~own.any(axis=1), -1:] = True
    return Neighbours(neighbours.positions[~own].reshape(n, k - 1), neighbours.similarities[~own].reshape(n, k - 1))


def check_descriptors(*arrays: np.ndarray) -> None:
    """Raise TypeError if an array is not floats (any, d), ValueError if the arrays differ in d."""
    for rows in arrays:
        if not np.issubdtype(rows.dtype, np.floating) or rows.ndim != 2:
            raise TypeError(f"descriptors are floats in 2 dimensions, but these are {rows.dtype} in {rows.ndim}")
    widths = [rows.shape[1] for rows in arrays]
    if len(set(widths)) > 1:
        raise ValueError(f"the queries have {widths[0]} numbers each, but the index has {widths[1]}")


def are_readable(rows: np.ndarray) -> np.ndarray:
    """Return which of `rows` (n, d) are finite and not longer than MAX_LENGTH: a mask (n,).

    >>> are_readable(np.array([[1.0, 2.0], [np.nan, 1.0], [1e25, 0.0]])).tolist()
    [True, False, False]
    """
    with np.errstate(over="ignore", invalid="ignore"):
        squared = np.einsum("ij,ij->i", rows, rows, dtype=np.float64, casting="same_kind")
    readable: np.ndarray = squared <= MAX_LENGTH**2
    return readable


def is_in_memory(rows: np.ndarray) -> bool:
    """Return whether kernels can read rows without a copy: contiguous float32, not memory-mapped."""
    return rows.dtype == np.float32 and rows.flags.c_contiguous and not isinstance(rows, np.memmap)


def as_descriptors(rows: np.ndarray) -> np.ndarray:
    """Return rows as float32 in the layout of kernels; see `as_kernel_array`."""
    return as_kernel_array(rows, np.float32)
