"""What re-rankings do to lists of neighbours besides their own."""

from collections.abc import Callable
from typing import Any

import numpy as np

from harness import HarnessError
from solutions.neighbours.neighbours import Neighbours

Search = Callable[[np.ndarray, np.ndarray, int], Neighbours]  # queries (n_queries, d), index (n_index, d), k


def without_self(found: Neighbours) -> Neighbours:
    """Return the neighbours of a set in itself `(n, k)` less each image itself, or less its last: `(n, k - 1)`.

    Where an image is one of more than k duplicates, it may not be among its neighbours.

    >>> without_self(Neighbours(np.array([[0, 1], [0, 1], [0, 1]]), np.ones((3, 2)))).positions.tolist()
    [[1], [0], [0]]
    """
    n, k = found.positions.shape
    own = found.positions == np.arange(n)[:, None]
    own[~own.any(axis=1), -1:] = True
    return Neighbours(found.positions[~own].reshape(n, k - 1), found.similarities[~own].reshape(n, k - 1))


def others(graph: Neighbours) -> Neighbours:
    """Return the neighbours of a set in itself with -1 at the end in place of each image itself."""
    own = graph.positions == np.arange(len(graph.positions))[:, None]
    if not own.any():
        return graph
    order = np.argsort(own, axis=1, kind="stable")
    positions, similarities = np.where(own, -1, graph.positions), np.where(own, -np.inf, graph.similarities)
    return Neighbours(np.take_along_axis(positions, order, axis=1), np.take_along_axis(similarities, order, axis=1))


def neighbours_in_itself(rows: np.ndarray, k: int, search: Search) -> Neighbours:
    """Return the k nearest other rows of each of `rows` `(n, d)`."""
    return without_self(search(rows, rows, k + 1))


def listed(positions: np.ndarray, similarities: np.ndarray, k: int) -> Neighbours:
    """Return lists `(n_queries, any)` cut or filled up to k; similarities are lowered to the smallest so far.

    >>> listed(np.array([[5, 6]]), np.array([[0.5, 0.7]]), 3).similarities.tolist()
    [[0.5, 0.5, -inf]]
    """
    check_k(k)
    positions, similarities = positions[:, :k], np.minimum.accumulate(similarities[:, :k], axis=1)
    empty = ((0, 0), (0, k - positions.shape[1]))
    return Neighbours(
        np.pad(positions, empty, constant_values=-1).astype(np.int32),
        np.pad(np.where(positions < 0, -np.inf, similarities), empty, constant_values=-np.inf).astype(np.float32),
    )


def followed_by(first: Neighbours, rest: Neighbours, k: int) -> Neighbours:
    """Return lists of k places: those of `first`, then those of `rest` that are not yet listed, in their order.

    >>> first = Neighbours(np.array([[2, -1]]), np.array([[9, -np.inf]]))
    >>> rest = Neighbours(np.array([[1, 2]]), np.ones((1, 2)))
    >>> followed_by(first, rest, 3).positions.tolist()
    [[2, 1, -1]]
    """
    positions = np.hstack([first.positions, rest.positions])
    similarities = np.hstack([first.similarities, rest.similarities])
    order = np.argsort(repeated(positions) | (positions < 0), axis=1, kind="stable")
    positions[repeated(positions)] = -1
    return listed(np.take_along_axis(positions, order, axis=1), np.take_along_axis(similarities, order, axis=1), k)


def repeated(positions: np.ndarray) -> np.ndarray:
    """Return which places `(n_queries, k)` stand in their row before.

    >>> repeated(np.array([[4, 2, 4]])).tolist()
    [[False, False, True]]
    """
    order = np.argsort(positions, axis=1, kind="stable")
    ascending = np.take_along_axis(positions, order, axis=1)
    again = np.zeros(positions.shape, bool)
    np.put_along_axis(again, order[:, 1:], ascending[:, 1:] == ascending[:, :-1], axis=1)
    return again


def lent(array: np.ndarray, kind: Any) -> np.ndarray:
    """Return a contiguous, read-only view of this type, which kernels are compiled for; a copy where it has to be."""
    view = np.ascontiguousarray(array, kind).view(np.ndarray)
    view.flags.writeable = False
    return view


def kernel_lists(found: Neighbours, n_index: int) -> tuple[np.ndarray, np.ndarray]:
    """Return positions and similarities as kernels take them, which do not look whether a position is in the index."""
    check_places(found.positions, n_index)
    return lent(found.positions, np.int32), lent(found.similarities, np.float32)


def check_places(positions: np.ndarray, n_index: int) -> None:
    """Raise ValueError where positions are not those of an index of so many images."""
    if positions.size and positions.max() >= n_index:
        raise ValueError(
            f"a list holds place {positions.max()}, but there are {n_index} images: graph and index differ"
        )


def check_k(k: int) -> None:
    """Raise HarnessError where `k` is no number of neighbours."""
    if k < 1:
        raise HarnessError(f"{k} neighbours are none; ask for 1 or more")


def check_alpha(alpha: float) -> None:
    """Raise HarnessError where a diffusion would not come to an end."""
    if not 0 <= alpha < 1:
        raise HarnessError(f"alpha is {alpha}: a diffusion needs one from 0 to below 1, such as 0.9")
