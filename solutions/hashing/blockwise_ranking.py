"""Rankings by similarity, a block of the index at a time, so that memory does not grow with the index."""

from collections.abc import Callable

import numpy as np

from harness import ImageSet, Ranking

BLOCK = 8192  # index images whose similarities to all queries asked about are held at once


def rank_in_blocks(queries: ImageSet, index_ids: np.ndarray, similarity: Callable[[slice], np.ndarray]) -> Ranking:
    """Return the ranking by `similarity`, which gives (n_queries, n_some) for a slice of the index.

    The most similar come first, ties by position; NaN is not listed. What is kept from one block to the next is the
    head of the ranking, so the answer is that of all at once.
    """
    values, positions = np.empty((len(queries), 0)), np.empty((len(queries), 0), int)
    for start in range(0, len(index_ids), BLOCK):
        results = similarity(slice(start, start + BLOCK))
        here = np.broadcast_to(np.arange(start, start + results.shape[1]), results.shape)
        values, positions = np.hstack([values, results]), np.hstack([positions, here])
        best = Ranking.by_similarity(values, queries.ids, np.arange(values.shape[1])).positions
        values = np.where(best < 0, np.nan, np.take_along_axis(values, best, axis=1))
        positions = np.where(best < 0, -1, np.take_along_axis(positions, best, axis=1))
    return Ranking.from_positions(positions, queries.ids, index_ids)
