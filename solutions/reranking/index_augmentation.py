"""Index images mixed with their neighbours in the index.

Source: the 1st place of the 2018 retrieval challenge ("database-side augmentation"): each descriptor is replaced by a
weighted combination of itself and its top 10 neighbours, weights logspace(0, -1.5, 10). These are ten weights for
eleven images; that the image itself is one of the ten is our reading, and so is that with another number of neighbours
each still weighs 0.68 of the one before. There queries and index are one set.
In rounds: the 6th place's team, VRG Prague, in 2019: 1, 2, 3 neighbours, the squared cosine as weight.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from solutions.neighbours.exact import nearest
from solutions.reranking.mixing import mixed, powers
from solutions.reranking.neighbour_lists import Search, check_k, neighbours_in_itself

Own = Literal["among", "beside"]

FALL = 1.5 / 9  # of the decimal logarithm of the weight from one neighbour to the next: 1 to 10**-1.5 for ten


def augmented(rows: np.ndarray, neighbours: int = 10, *, own: Own = "among", search: Search = nearest) -> np.ndarray:
    """Return descriptors `(n, d)` mixed with their nearest others, all from the old ones: `(n, d)` float32.

    `own` tells whether the image itself is `among` the neighbours, as the first of them, or `beside` them with a weight
    of 1. It comes first whatever duplicates it has. A row of NaN stays and is mixed into no other.

    >>> augmented(np.array([[1.0, 0], [0.8, 0.6], [0, 1]]), 2).round(3)
    array([[0.967, 0.256],
           [0.927, 0.375],
           [0.361, 0.933]], dtype=float32)
    """
    check_k(neighbours)
    among = int(own == "among")
    found = neighbours_in_itself(rows, neighbours - among, search)
    return mixed(rows, rows, found, 10 ** (-FALL * np.arange(among, neighbours)))


def augmented_with_queries(
    index: np.ndarray, queries: np.ndarray, neighbours: int = 10, *, own: Own = "among", search: Search = nearest
) -> tuple[np.ndarray, np.ndarray]:
    """Return index `(n_index, d)` and queries `(n_queries, d)` mixed with their nearest others of either.

    An answer then depends on which queries come together: all that there are have to.
    """
    rows = augmented(np.vstack([index, queries]), neighbours, own=own, search=search)
    return rows[: len(index)], rows[len(index) :]


def augmented_in_rounds(
    rows: np.ndarray, rounds: Sequence[int] = (1, 2, 3), *, alpha: float = 2.0, search: Search = nearest
) -> np.ndarray:
    """Return descriptors `(n, d)` mixed again and again, each round with so many neighbours, found anew.

    A neighbour weighs as much as its cosine to the power alpha, the image itself 1.
    """
    for neighbours in rounds:
        check_k(neighbours)
        found = neighbours_in_itself(rows, neighbours, search)
        rows = mixed(rows, rows, found, powers(found.similarities, alpha))
    return rows
