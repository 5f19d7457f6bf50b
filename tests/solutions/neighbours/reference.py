"""A reference search: every inner product by an exact sum, and a sort."""

import math

import numpy as np

from solutions.neighbours.neighbours import Neighbours


def nearest_by_exact_sums(queries, index, k):
    queries, index = np.asarray(queries, np.float32), np.asarray(index, np.float32)
    positions, similarities = np.full((len(queries), k), -1, np.int32), np.full((len(queries), k), -np.inf, np.float32)
    usable = [row for row in range(len(index)) if np.isfinite(index[row]).all()]
    for number, query in enumerate(queries.tolist()):
        if np.isfinite(query).all():
            results = [(-similarity(query, index[row].tolist()), row) for row in usable]
            for place, (negative, row) in enumerate(sorted(results)[:k]):
                positions[number, place], similarities[number, place] = row, -negative
    return Neighbours(positions, similarities)


def similarity(query, row):
    return np.float32(math.fsum(one * other for one, other in zip(query, row, strict=True)))


def assert_same(results, expected):
    np.testing.assert_array_equal(results.positions, expected.positions)
    np.testing.assert_array_equal(results.similarities, expected.similarities)
    assert (results.positions.dtype, results.similarities.dtype) == (np.int32, np.float32)


def recall(results, expected):
    """Return the share of the expected positions that are found."""
    shares = [np.isin(row, results.positions[number]) for number, row in enumerate(expected.positions)]
    return np.mean(shares)
