"""Exact ranking of candidates from any source."""

from typing import Any

import numpy as np

from harness import COMPILED, kernel
from solutions.kernels.inner_product import inner_product, inner_products
from solutions.neighbours.neighbours import (
    Neighbours,
    are_readable,
    as_descriptors,
    empty_neighbours,
    is_in_memory,
    merge_top_k,
)

_CHUNK = 2**24  # numbers of rows gathered at once, from an index that is not in memory as float32


def rerank_exactly(queries: np.ndarray, index: np.ndarray, candidates: np.ndarray, k: int) -> Neighbours:
    """Return the k nearest of the `candidates` of each query, (n_queries, any) positions, -1 for none.

    Similarities, ties and unreadable rows and queries are as in `nearest`. No candidate may be longer than
    `MAX_LENGTH`, and none of a query may be repeated.

    >>> rerank_exactly(np.ones((1, 1)), np.array([[1.0], [2.0], [3.0]]), np.array([[0, -1, 1]]), 3).positions.tolist()
    [[1, 0, -1]]
    """
    results = empty_neighbours(len(queries), k)
    chunk = max(1, _CHUNK // max(1, candidates.shape[1] * index.shape[1]))
    for start in range(0, len(queries), chunk):
        here = slice(start, start + chunk)
        readable = are_readable(queries[here])[:, None]
        best = _rerank(as_descriptors(queries[here]), index, np.where(readable, candidates[here], -1), k)
        width = best.positions.shape[1]
        results.positions[here, :width], results.similarities[here, :width] = best.positions, best.similarities
    return results


def _rerank(queries: np.ndarray, index: np.ndarray, candidates: np.ndarray, k: int) -> Neighbours:
    if is_in_memory(index):
        rows, places = index, candidates
    else:
        wanted, inverse = np.unique(candidates, return_inverse=True)
        rows, places = index[wanted], np.where(candidates < 0, -1, inverse.reshape(candidates.shape))
    similarities = np.empty(candidates.shape, np.float32)
    fill = _fill_similarities if COMPILED else _fill_plainly
    fill(queries, as_descriptors(rows), np.ascontiguousarray(places, np.int64), similarities)
    return merge_top_k([Neighbours(np.where(np.isneginf(similarities), -1, candidates), similarities)], k)


@kernel
def _fill_similarities(queries: Any, rows: Any, places: Any, similarities: Any) -> None:
    """Write the inner product of each query with the rows at `places` (n_queries, any); -inf for -1."""
    for query in range(len(queries)):
        for number, place in enumerate(places[query]):
            similarity = inner_product(queries, query, rows, place, rows.shape[1]) if place >= 0 else -np.inf
            similarities[query, number] = similarity if np.isfinite(similarity) else -np.inf


def _fill_plainly(queries: np.ndarray, rows: np.ndarray, places: np.ndarray, similarities: np.ndarray) -> None:
    for query, own in enumerate(places):
        similarities[query] = -np.inf
        products = inner_products(queries[query : query + 1], rows[own[own >= 0]])[0]
        similarities[query, own >= 0] = np.where(np.isfinite(products), products, -np.inf)
