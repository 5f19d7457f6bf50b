"""Tests of `solutions.neighbours.exact`, `solutions.neighbours.neighbours`, `solutions.neighbours.kernels.scan`,
`solutions.neighbours.kernels.candidates`, `solutions.neighbours.kernels.float_tiles`,
`solutions.neighbours.kernels.simd_ops`, `solutions.neighbours.kernels.plain`, `solutions.kernels.inner_product` and
`solutions.kernels.float_vectors`.

The reference sums all inner products exactly, and sorts by similarity and position.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import COMPILED, HarnessError
from harness.cpu_budget import limit_cores
from solutions.neighbours import exact
from solutions.neighbours.exact import Exact, nearest, neighbour_graph
from solutions.neighbours.kernels import search
from tests.solutions.neighbours.factories import duplicates, near_ties, of_all_lengths, unit, unreadable, whole_numbers
from tests.solutions.neighbours.reference import assert_same, nearest_by_exact_sums


@settings(deadline=None, max_examples=150)
@given(
    seed=st.integers(0, 2**32 - 1),
    make=st.sampled_from([unit, whole_numbers, duplicates, near_ties, of_all_lengths, unreadable]),
    n_queries=st.sampled_from([0, 1, 2, 15, 16, 17, 33, 49]),
    n_index=st.sampled_from([0, 1, 7, 8, 9, 50, 200]),
    d=st.sampled_from([0, 1, 3, 15, 16, 33]),
    k=st.sampled_from([1, 2, 5, 60]),
)
def test_the_nearest_equal_those_of_exact_sums_sorted(seed, make, n_queries, n_index, d, k):
    rng = np.random.default_rng(seed)
    queries, index = make(rng, n_queries, d), make(rng, n_index, d)
    if n_index and n_queries:
        queries[0] = index[-1]
    assert_same(nearest(queries, index, k), nearest_by_exact_sums(queries, index, k))


@pytest.mark.parametrize("make", [unit, duplicates, near_ties, of_all_lengths])
def test_more_candidates_than_fit_are_ranked_exactly(make):
    rng = np.random.default_rng(1)
    index = make(rng, 3000, 5)
    queries = np.vstack([index[:2], unit(rng, 1, 5)])
    assert_same(nearest(queries, index, 10), nearest_by_exact_sums(queries, index, 10))


@pytest.mark.parametrize("order", [1, -1])
def test_an_index_sorted_by_similarity_is_searched_correctly_in_either_direction(order):
    index = np.sort(np.random.default_rng(2).standard_normal((5000, 1)), axis=0)[::order]
    assert_same(nearest(np.ones((1, 1)), index, 20), nearest_by_exact_sums(np.ones((1, 1)), index, 20))


@pytest.fixture(scope="module")
def search_case():
    rng = np.random.default_rng(3)
    index = unit(rng, 900, 40)
    index[500:600] = index[:100]
    index[700:800] = near_ties(rng, 100, 40)
    index[[5, 899]] = np.nan
    queries = np.vstack([index[[0, 5, 550, 700]], unit(rng, 60, 40)])
    return queries, index, nearest_by_exact_sums(queries, index, 30)


@pytest.mark.parametrize("batch", [1, 7, 48, 64])
def test_results_do_not_depend_on_the_batch_of_queries(search_case, batch):
    queries, index, expected = search_case
    parts = [nearest(queries[start : start + batch], index, 30) for start in range(0, len(queries), batch)]
    for name in ("positions", "similarities"):
        np.testing.assert_array_equal(np.vstack([getattr(part, name) for part in parts]), getattr(expected, name))


def test_results_do_not_depend_on_the_chunk_of_queries(search_case, monkeypatch):
    queries, index, expected = search_case
    monkeypatch.setattr(exact, "_CANDIDATES", 5 * search.capacity(30))
    assert_same(nearest(queries, index, 30), expected)


@pytest.mark.parametrize("many", [1, 1000])
@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_results_do_not_depend_on_the_number_of_cores(search_case, monkeypatch, threads, many):
    """They share the queries where these are many, and else the index."""
    queries, index, expected = search_case
    monkeypatch.setattr(exact, "_SHARE", 100)
    monkeypatch.setattr(exact, "_MANY", many)
    with limit_cores(threads):
        assert_same(nearest(queries, index, 30), expected)
        assert_same(Exact().build(index).search(queries, 30), expected)


@pytest.mark.parametrize("rows", [1, 8, 13, 100])
def test_results_do_not_depend_on_the_block_of_a_memory_mapped_index(search_case, monkeypatch, tmp_path, rows):
    queries, index, expected = search_case
    monkeypatch.setattr(exact, "_BLOCK", rows * index.shape[1])
    np.save(tmp_path / "index.npy", index)
    mapped = np.load(tmp_path / "index.npy", mmap_mode="r")
    assert_same(nearest(queries, mapped, 30), expected)
    assert_same(Exact().build(mapped).search(queries, 30), expected)


@pytest.mark.skipif(not COMPILED, reason="counts compilations")
def test_rows_of_any_layout_share_one_compilation(search_case):
    queries, index, expected = search_case
    nearest(queries, index, 30)
    compiled = len(search.scan_block.signatures)
    index.flags.writeable = False
    for same in (index, np.asfortranarray(index), np.repeat(index, 2, axis=1)[:, ::2], index.astype(np.float64)):
        assert_same(nearest(queries, same, 30), expected)
        assert_same(nearest(same[[0, 5]], index, 30), nearest(index[[0, 5]], index, 30))
    index.flags.writeable = True
    assert len(search.scan_block.signatures) == compiled


def test_half_precision_is_converted_exactly(search_case):
    queries, index, _ = search_case
    halves = index.astype(np.float16)
    assert_same(nearest(queries, halves, 30), nearest(queries, halves.astype(np.float32), 30))


def test_numbers_beyond_float32_make_a_row_unreadable():
    index = np.array([[1e300], [1.0], [1e25]])
    assert nearest(np.ones((1, 1)), index, 2).positions.tolist() == [[1, -1]]


def test_an_unreadable_query_finds_nothing():
    results = nearest(np.full((1, 2), np.nan), np.ones((3, 2)), 2)
    assert results.positions.tolist() == [[-1, -1]]
    assert np.isneginf(results.similarities).all()


def test_an_empty_index_and_no_queries_give_empty_answers():
    for searched in (
        nearest(np.ones((2, 3)), np.ones((0, 3)), 4),
        Exact().build(np.ones((0, 3))).search(np.ones((2, 3)), 4),
    ):
        assert (searched.positions == -1).all()
        assert searched.positions.shape == searched.similarities.shape == (2, 4)
    assert nearest(np.ones((0, 3)), np.ones((2, 3)), 4).positions.shape == (0, 4)


def test_a_k_of_zero_is_refused():
    with pytest.raises(HarnessError, match="is 0; it must be 1 or more"):
        nearest(np.ones((1, 2)), np.ones((1, 2)), 0)


def test_rows_of_other_lengths_are_refused():
    for find in (
        lambda: nearest(np.ones((1, 2)), np.ones((1, 3)), 1),
        lambda: Exact().build(np.ones((1, 3))).search(np.ones((1, 2)), 1),
    ):
        with pytest.raises(ValueError, match="queries have 2 numbers each, but the index has 3"):
            find()


@pytest.mark.parametrize("rows", [np.ones(3), np.ones((3, 1), np.uint64), np.ones((3, 1), complex)])
def test_arrays_other_than_rows_of_floats_are_refused(rows):
    with pytest.raises(TypeError, match="floats in 2 dimensions"):
        nearest(rows, rows, 1)


def test_a_graph_leaves_out_the_row_itself_but_not_its_equals():
    rng = np.random.default_rng(4)
    rows = duplicates(rng, 40, 6)
    rows[7] = np.nan
    results, all_others = neighbour_graph(rows, 5), nearest_by_exact_sums(rows, rows, 40)
    for row in range(40):
        others = [position for position in all_others.positions[row] if position not in (row, -1)]
        assert results.positions[row].tolist() == (others[:5] or [-1] * 5)
