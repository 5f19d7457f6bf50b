"""Conversion of neighbour lists to sparse matrices, one row a list, and back."""

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_array

from solutions.kernels.arrays import check_k
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.mixing import power_weights
from solutions.reranking.neighbour_lists import check_positions


def to_matrix(results: Neighbours, n_index: int, gamma: float = 1.0, count: int | None = None) -> csr_array:
    """Return the similarities of the first `count` of each list to the power gamma: `(n_queries, n_index)` float64.

    Negative similarities count as 0; images not listed are 0.

    >>> results = Neighbours(np.array([[2, 0], [1, -1]]), np.array([[0.5, -0.5], [1, -np.inf]]))
    >>> to_matrix(results, 3, gamma=2).toarray().tolist()
    [[0.0, 0.0, 0.25], [0.0, 1.0, 0.0]]
    """
    positions, similarities = results.positions[:, :count], results.similarities[:, :count]
    check_positions(positions, n_index)
    positive = (positions >= 0) & (similarities > 0)
    starts = np.append(0, np.cumsum(positive.sum(axis=1)))
    columns = positions[positive].astype(np.int32)
    matrix = csr_array((power_weights(similarities[positive], gamma), columns, starts), shape=(len(positions), n_index))
    matrix.sort_indices()
    return matrix


def iterate_rows(matrix: csr_array) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """Yield the columns and values of each row, ascending by column; sorts the matrix in place."""
    matrix.sort_indices()
    for begin, end in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True):
        yield matrix.indices[begin:end], matrix.data[begin:end]


def top_k_of_rows(rows: Iterable[tuple[np.ndarray, np.ndarray]], n_rows: int, k: int) -> Neighbours:
    """Return the k largest positive values of each row and their columns; ties, in float32, by lowest column.

    A row is its columns, ascending, and their values.

    >>> top_k_of_rows([(np.array([3, 5, 7]), np.array([0.25, 0, 0.5]))], 1, 3).positions.tolist()
    [[7, 3, -1]]
    """
    check_k(k)
    results = Neighbours(np.full((n_rows, k), -1, np.int32), np.full((n_rows, k), -np.inf, np.float32))
    for row, (places, values) in enumerate(rows):
        chosen, largest = _largest(places, values.astype(np.float32), k)
        results.positions[row, : len(chosen)], results.similarities[row, : len(chosen)] = chosen, largest
    return results


def _largest(places: np.ndarray, values: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    positive = values > 0
    if positive.sum() > k:
        positive &= values >= np.partition(values, -k)[-k]
    places, values = places[positive], values[positive]
    order = np.argsort(-values, kind="stable")[:k]
    return places[order], values[order]
