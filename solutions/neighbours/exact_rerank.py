"""Candidates found in any way, put in their exact order."""

from typing import Any

import numpy as np

from solutions.kernels.jit import kernel
from solutions.neighbours.kernels.float_tiles import inner
from solutions.neighbours.neighbours import Neighbours, are_readable, best_of, is_ready, lent, no_neighbours

_SOME = 2**24  # numbers of rows that are taken out of an index at once, where it is not in memory as float32


def reranked(queries: np.ndarray, index: np.ndarray, candidates: np.ndarray, k: int) -> Neighbours:
    """Return the k nearest among the `candidates` of each query, (n_queries, any) positions, -1 where there is none.

    Similarities, ties and unreadable rows and queries are as in `nearest`, but that no row of numbers that is too long
    to be found there may be a candidate. Nor may any be named twice.

    >>> reranked(np.ones((1, 1)), np.array([[1.0], [2.0], [3.0]]), np.array([[0, -1, 1]]), 3).positions.tolist()
    [[1, 0, -1]]
    """
    found = no_neighbours(len(queries), k)
    chunk = max(1, _SOME // max(1, candidates.shape[1] * index.shape[1]))
    for start in range(0, len(queries), chunk):
        here = slice(start, start + chunk)
        asked = are_readable(queries[here])[:, None]
        best = _reranked(lent(queries[here]), index, np.where(asked, candidates[here], -1), k)
        width = best.positions.shape[1]
        found.positions[here, :width], found.similarities[here, :width] = best.positions, best.similarities
    return found


def _reranked(queries: np.ndarray, index: np.ndarray, candidates: np.ndarray, k: int) -> Neighbours:
    if is_ready(index):
        rows, places = index, candidates
    else:
        wanted, inverse = np.unique(candidates, return_inverse=True)
        rows, places = index[wanted], np.where(candidates < 0, -1, inverse.reshape(candidates.shape))
    similarities = np.empty(candidates.shape, np.float32)
    fill_similarities(queries, lent(rows), np.ascontiguousarray(places, np.int64), similarities)
    return best_of([Neighbours(np.where(np.isneginf(similarities), -1, candidates), similarities)], k)


@kernel
def fill_similarities(queries: Any, rows: Any, places: Any, similarities: Any) -> None:
    """Write the inner product of each query with the rows at its places, (n_queries, any); -inf where there is none."""
    for query in range(len(queries)):
        for number, place in enumerate(places[query]):
            similarity = inner(queries, query, rows, place, rows.shape[1]) if place >= 0 else -np.inf
            similarities[query, number] = similarity if np.isfinite(similarity) else -np.inf
