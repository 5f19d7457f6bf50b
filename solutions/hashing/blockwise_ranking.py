"""Rankings by similarity, computed in blocks of the index, so that memory does not grow with the index."""

from collections.abc import Callable

import numpy as np

from harness import ImageSet, Ranking

BLOCK = 8192  # index images whose similarities to all queries are in memory at once


def rank_in_blocks(queries: ImageSet, index_ids: np.ndarray, similarity: Callable[[slice], np.ndarray]) -> Ranking:
    """Return the ranking by `similarity`, a function from a slice of the index to (n_queries, n_slice).

    The most similar come first, ties by position; NaN is not ranked. The head of the ranking is merged with each block,
    so the result equals that of all similarities at once.
    """
    values, positions = np.empty((len(queries), 0)), np.empty((len(queries), 0), int)
    for start in range(0, len(index_ids), BLOCK):
        block = similarity(slice(start, start + BLOCK))
        block_positions = np.broadcast_to(np.arange(start, start + block.shape[1]), block.shape)
        values, positions = np.hstack([values, block]), np.hstack([positions, block_positions])
        best = Ranking.by_similarity(values, queries.ids, np.arange(values.shape[1])).positions
        values = np.where(best < 0, np.nan, np.take_along_axis(values, best, axis=1))
        positions = np.where(best < 0, -1, np.take_along_axis(positions, best, axis=1))
    return Ranking.from_positions(positions, queries.ids, index_ids)
