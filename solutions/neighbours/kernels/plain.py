"""The exact search of a block in plain NumPy; see `solutions.neighbours.kernels`."""

from dataclasses import dataclass

import numpy as np

from solutions.kernels.inner_product import inner_products
from solutions.neighbours.neighbours import MAX_LENGTH, Neighbours, are_readable, empty_neighbours, merge_top_k


@dataclass
class PlainState:
    """Queries `(n, d)` float32 and their k nearest rows so far."""

    queries: np.ndarray
    nearest: Neighbours


def capacity(k: int) -> int:
    """Return how many numbers are held for each query."""
    return k


def squared_lengths(rows: np.ndarray) -> np.ndarray:
    """Return the squared lengths of rows `(n, d)` float32: `(n,)` float64."""
    with np.errstate(all="ignore"):
        return np.asarray(np.square(rows, dtype=np.float64).sum(axis=1))


def new_state(queries: np.ndarray, k: int) -> PlainState:
    """Return the state before the first block."""
    return PlainState(queries, empty_neighbours(len(queries), k))


def add_block(state: PlainState, rows: np.ndarray, squared: np.ndarray | None, first: int, k: int) -> None:
    """Search a block of rows, the first of which is at position `first`; `squared` are their lengths, if known."""
    lengths = squared_lengths(rows) if squared is None else squared[: len(rows)]
    readable, usable = lengths <= MAX_LENGTH**2, are_readable(state.queries)[:, None]
    products = inner_products(np.where(usable, state.queries, 0), np.where(readable[:, None], rows, 0))
    similarities = np.where(usable & readable, products, -np.inf).astype(np.float32)
    positions = np.where(np.isneginf(similarities), -1, first + np.arange(len(rows))).astype(np.int32)
    state.nearest = merge_top_k([state.nearest, Neighbours(positions, similarities)], k)


def result(state: PlainState, _: int) -> Neighbours:
    """Return the k nearest rows of all blocks."""
    return state.nearest
