"""Tests of `solutions.neighbours.searcher`, `solutions.neighbours.exact_rerank`, `solutions.neighbours.graph_search`,
`solutions.neighbours.faiss_searchers` and `solutions.kernels.faiss`.

Every searcher returns exact similarities in order, and most of the nearest rows; the reference is the exact search.
"""

import sys

import numpy as np
import pytest

from harness import HarnessError
from harness.cpu_budget import limit_cores
from solutions.neighbours.exact import Exact, nearest
from solutions.neighbours.faiss_searchers import Hnsw, IvfPq
from solutions.neighbours.graph_search import GraphSearch
from solutions.neighbours.quantised_exact import QuantisedExact
from tests.solutions.neighbours.reference import assert_same

APPROXIMATE = [GraphSearch(breadth=60), Hnsw(links=16, breadth=100), IvfPq(cells=16, probes=10, numbers=4)]
ALL = [Exact(), QuantisedExact(), *APPROXIMATE]
names = lambda searcher: type(searcher).__name__


def clustered(rng, n):
    """Rows around 40 centres, some of them the same as others."""
    rows = rng.standard_normal((40, 24))[rng.integers(0, 40, n)] + 0.7 * rng.standard_normal((n, 24))
    rows[n // 2 : n // 2 + 20] = rows[:20]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def search_case():
    rng = np.random.default_rng(1)
    index = clustered(rng, 3000)
    index[[3, 77, 2999]] = np.nan
    queries = np.vstack([index[[0, 3, 10, 1500]], clustered(rng, 50)])
    return queries, index, nearest(queries, index, 20)


@pytest.mark.parametrize("searcher", APPROXIMATE, ids=names)
def test_most_of_the_nearest_are_found(searcher, search_case):
    queries, index, expected = search_case
    readable = ~np.isnan(queries).any(axis=1)
    results = searcher.build(index).search(queries, 20)
    shares = [len(np.intersect1d(*pair)) / 20 for pair in zip(results.positions, expected.positions, strict=True)]
    assert np.mean(np.array(shares)[readable]) > 0.85
    assert (results.positions[~readable] == -1).all()


@pytest.mark.parametrize("searcher", ALL, ids=names)
def test_results_have_exact_similarities_in_order(searcher, search_case):
    queries, index, _ = search_case
    results = searcher.build(index).search(queries, 20)
    everything = nearest(queries, index, len(index))
    for row in range(len(queries)):
        places = np.flatnonzero(
            np.isin(everything.positions[row], results.positions[row]) & (everything.positions[row] >= 0)
        )
        n_found = (results.positions[row] >= 0).sum()
        np.testing.assert_array_equal(results.positions[row, :n_found], everything.positions[row, places])
        np.testing.assert_array_equal(results.similarities[row, :n_found], everything.similarities[row, places])


@pytest.mark.parametrize("searcher", ALL, ids=names)
def test_results_are_reproducible_for_any_batch_and_number_of_cores(searcher, search_case):
    queries, index, _ = search_case
    with limit_cores(1):
        results = searcher.build(index).search(queries, 7)
    with limit_cores(2):
        again = searcher.build(index)
        assert_same(again.search(queries, 7), results)
    for row in (0, 1, 30):
        alone = again.search(queries[row : row + 1], 7)
        np.testing.assert_array_equal(alone.positions[0], results.positions[row])
        np.testing.assert_array_equal(alone.similarities[0], results.similarities[row])


@pytest.mark.parametrize("searcher", ALL, ids=names)
@pytest.mark.parametrize("n_rows", [0, 1, 2, 3, 40])
def test_small_indexes_are_searched_exactly(searcher, n_rows):
    index = np.random.default_rng(2).standard_normal((n_rows, 8)).astype(np.float32)
    if n_rows == 3:
        index[1:] = np.nan
    queries = np.ones((2, 8), np.float32)
    assert_same(searcher.build(index).search(queries, 45), nearest(queries, index, 45))
    assert searcher.search(queries[:0], 5).positions.shape == (0, 5)


@pytest.mark.parametrize("searcher", ALL, ids=names)
def test_an_unreadable_index_has_no_neighbours(searcher):
    results = searcher.build(np.full((5, 8), np.nan, np.float32)).search(np.ones((1, 8), np.float32), 2)
    assert results.positions.tolist() == [[-1, -1]]


@pytest.mark.parametrize("searcher", ALL, ids=names)
def test_too_long_or_infinite_rows_are_not_found_and_find_nothing(searcher):
    index = np.random.default_rng(5).standard_normal((60, 8)).astype(np.float32)
    index[[7, 30]], index[31, 2] = 1e25, np.inf
    queries = index[[0, 7, 31]]
    assert_same(searcher.build(index).search(queries, 60), nearest(queries, index, 60))


@pytest.mark.parametrize("searcher", ALL, ids=names)
def test_more_than_a_hundred_are_found(searcher, search_case):
    queries, index, _ = search_case
    results = searcher.build(index).search(queries[[0, 1, 5]], 300)
    assert (results.positions >= 0).sum(axis=1).tolist() == [300, 0, 300]
    assert np.mean(np.isin(nearest(queries[:1], index, 300).positions, results.positions[0])) > 0.6


@pytest.mark.parametrize("searcher", ALL, ids=names)
def test_equal_rows_are_in_order_of_position(searcher):
    results = searcher.build(np.ones((60, 8), np.float16)).search(np.ones((1, 8)), 60)
    assert results.positions[0, results.positions[0] >= 0].tolist() == sorted(
        results.positions[0][results.positions[0] >= 0]
    )


def test_a_missing_faiss_is_reported(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(HarnessError, match="faiss is not installed; install it with: "):
        Hnsw().build(np.ones((3, 2), np.float32))
