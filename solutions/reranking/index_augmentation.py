"""Database-side augmentation: index descriptors mixed with those of their neighbours in the index.

Source: the 1st place of the 2018 retrieval challenge: each descriptor is replaced by a weighted combination of itself
and its top 10 neighbours, weights logspace(0, -1.5, 10). These are ten weights for eleven images. Two readings are
ours: the image itself is one of the ten, and with another number of neighbours each still weighs 0.68 of the one
before. There queries and index are one set.
In rounds: the 6th place's team, VRG Prague, in 2019: 1, 2, 3 neighbours, weighted by the squared cosine.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from solutions.kernels.arrays import check_k
from solutions.neighbours.exact import Search, nearest, neighbour_graph
from solutions.reranking.mixing import mix, power_weights

Own = Literal["among", "beside"]

FALL = 1.5 / 9  # decrease of log10(weight) from one neighbour to the next: 1 to 10**-1.5 for ten


def augment_index(
    rows: np.ndarray, neighbours: int = 10, *, own: Own = "among", search: Search = nearest
) -> np.ndarray:
    """Return descriptors `(n, d)` mixed with their nearest neighbours before mixing: `(n, d)` float32.

    `own` says whether the image itself is `among` the neighbours, as the first of them, or `beside` them with a weight
    of 1. It comes first even if it has duplicates. A row of NaN stays and is not mixed into others.

    >>> augment_index(np.array([[1.0, 0], [0.8, 0.6], [0, 1]]), 2).round(3)
    array([[0.967, 0.256],
           [0.927, 0.375],
           [0.361, 0.933]], dtype=float32)
    """
    check_k(neighbours)
    among = int(own == "among")
    results = neighbour_graph(rows, neighbours - among, search)
    return mix(rows, rows, results, 10 ** (-FALL * np.arange(among, neighbours)))


def augment_index_and_queries(
    index: np.ndarray, queries: np.ndarray, neighbours: int = 10, *, own: Own = "among", search: Search = nearest
) -> tuple[np.ndarray, np.ndarray]:
    """Return index `(n_index, d)` and queries `(n_queries, d)` mixed with their nearest neighbours in both sets.

    The result of a query then depends on the other queries, so all must be given at once.
    """
    rows = augment_index(np.vstack([index, queries]), neighbours, own=own, search=search)
    return rows[: len(index)], rows[len(index) :]


def augment_index_in_rounds(
    rows: np.ndarray, rounds: Sequence[int] = (1, 2, 3), *, alpha: float = 2.0, search: Search = nearest
) -> np.ndarray:
    """Return descriptors `(n, d)` mixed in several rounds, with a new search for so many neighbours in each.

    A neighbour has its cosine to the power alpha as weight, the image itself 1.
    """
    for neighbours in rounds:
        check_k(neighbours)
        results = neighbour_graph(rows, neighbours, search)
        rows = mix(rows, rows, results, power_weights(results.similarities, alpha))
    return rows
