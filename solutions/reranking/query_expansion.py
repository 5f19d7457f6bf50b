"""Query expansion: queries mixed with the images that they retrieve.

Sources: Chum et al., Total recall, ICCV 2007 (average); Radenović, Tolias, Chum, Fine-tuning CNN image retrieval with
no human annotation, TPAMI 2018 (weights to the power alpha); in rounds: VRG Prague, 2019: 1, 2, … 10 neighbours.
"""

from collections.abc import Sequence

import numpy as np

from solutions.kernels.arrays import check_k
from solutions.neighbours.exact import Search, nearest
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.mixing import mix, power_weights


def expand_queries(
    queries: np.ndarray, index: np.ndarray, neighbours: int = 10, *, alpha: float = 3.0, search: Search = nearest
) -> np.ndarray:
    """Return queries `(n_queries, d)` mixed with their nearest index images: `(n_queries, d)` float32.

    Each image is weighted by its cosine to the power alpha: 0 gives average query expansion, 3 is usual.
    """
    check_k(neighbours)
    return expand_queries_by(search(queries, index, neighbours), queries, index, alpha=alpha)


def expand_queries_by(results: Neighbours, queries: np.ndarray, index: np.ndarray, *, alpha: float = 3.0) -> np.ndarray:
    """Return queries `(n_queries, d)` mixed with the given results.

    >>> query, index = np.array([[0.8, 0.6]]), np.eye(2)
    >>> expand_queries_by(nearest(query, index, 1), query, index, alpha=0).round(3)
    array([[0.949, 0.316]], dtype=float32)
    """
    return mix(queries, index, results, power_weights(results.similarities, alpha))


def expand_queries_in_rounds(
    queries: np.ndarray,
    index: np.ndarray,
    rounds: Sequence[int] = tuple(range(1, 11)),
    *,
    alpha: float = 2.0,
    search: Search = nearest,
) -> np.ndarray:
    """Return queries `(n_queries, d)` expanded in several rounds, each with so many neighbours of the last result."""
    for neighbours in rounds:
        queries = expand_queries(queries, index, neighbours, alpha=alpha, search=search)
    return queries
