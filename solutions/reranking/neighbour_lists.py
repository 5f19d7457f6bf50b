"""Operations on lists of neighbours that the re-rankings share."""

import numpy as np

from harness import HarnessError
from solutions.kernels.arrays import as_kernel_array, check_k
from solutions.neighbours.neighbours import Neighbours


def mask_self(graph: Neighbours) -> Neighbours:
    """Return the neighbours of a set in itself, with each image itself replaced by -1 at the end of its list."""
    own = graph.positions == np.arange(len(graph.positions))[:, None]
    if not own.any():
        return graph
    order = np.argsort(own, axis=1, kind="stable")
    positions, similarities = np.where(own, -1, graph.positions), np.where(own, -np.inf, graph.similarities)
    return Neighbours(np.take_along_axis(positions, order, axis=1), np.take_along_axis(similarities, order, axis=1))


def fit_to_length(positions: np.ndarray, similarities: np.ndarray, k: int) -> Neighbours:
    """Return lists `(n_queries, any)` truncated or padded to k; similarities become their running minimum.

    >>> fit_to_length(np.array([[5, 6]]), np.array([[0.5, 0.7]]), 3).similarities.tolist()
    [[0.5, 0.5, -inf]]
    """
    check_k(k)
    positions, similarities = positions[:, :k], np.minimum.accumulate(similarities[:, :k], axis=1)
    empty = ((0, 0), (0, k - positions.shape[1]))
    return Neighbours(
        np.pad(positions, empty, constant_values=-1).astype(np.int32),
        np.pad(np.where(positions < 0, -np.inf, similarities), empty, constant_values=-np.inf).astype(np.float32),
    )


def append_rest(first: Neighbours, rest: Neighbours, k: int) -> Neighbours:
    """Return lists of length k: those of `first`, then the images of `rest` that are not among them, in order.

    >>> first = Neighbours(np.array([[2, -1]]), np.array([[9, -np.inf]]))
    >>> rest = Neighbours(np.array([[1, 2]]), np.ones((1, 2)))
    >>> append_rest(first, rest, 3).positions.tolist()
    [[2, 1, -1]]
    """
    positions = np.hstack([first.positions, rest.positions])
    similarities = np.hstack([first.similarities, rest.similarities])
    order = np.argsort(is_repeated(positions) | (positions < 0), axis=1, kind="stable")
    positions[is_repeated(positions)] = -1
    return fit_to_length(
        np.take_along_axis(positions, order, axis=1), np.take_along_axis(similarities, order, axis=1), k
    )


def is_repeated(positions: np.ndarray) -> np.ndarray:
    """Return which positions `(n_queries, k)` occur earlier in their row.

    >>> is_repeated(np.array([[4, 2, 4]])).tolist()
    [[False, False, True]]
    """
    order = np.argsort(positions, axis=1, kind="stable")
    ascending = np.take_along_axis(positions, order, axis=1)
    again = np.zeros(positions.shape, bool)
    np.put_along_axis(again, order[:, 1:], ascending[:, 1:] == ascending[:, :-1], axis=1)
    return again


def as_kernel_lists(results: Neighbours, n_index: int) -> tuple[np.ndarray, np.ndarray]:
    """Return positions and similarities as kernel arrays, with the positions checked, which kernels do not do."""
    check_positions(results.positions, n_index)
    return as_kernel_array(results.positions, np.int32), as_kernel_array(results.similarities, np.float32)


def check_positions(positions: np.ndarray, n_index: int) -> None:
    """Raise ValueError if a position is beyond an index of `n_index` images."""
    if positions.size and positions.max() >= n_index:
        raise ValueError(
            f"a list contains place {positions.max()}, but the index has {n_index} images: graph and index differ"
        )


def check_alpha(alpha: float) -> None:
    """Raise HarnessError for an alpha with which diffusion does not converge."""
    if not 0 <= alpha < 1:
        raise HarnessError(f"alpha is {alpha}; diffusion needs one from 0 to below 1, such as 0.9")
