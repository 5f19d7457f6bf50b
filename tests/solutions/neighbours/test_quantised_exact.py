"""Tests of `solutions.neighbours.quantised_exact` and `solutions.neighbours.kernels.byte_scan`.

The results equal those of the exact search, whatever the quantisation error.
"""

import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.cpu_budget import limit_cores
from solutions.neighbours import exact, quantised_exact
from solutions.neighbours.exact import Exact, nearest
from solutions.neighbours.quantised_exact import QuantisedExact, has_byte_products
from tests.solutions.neighbours.factories import duplicates, near_ties, of_all_lengths, unit, unreadable, whole_numbers
from tests.solutions.neighbours.reference import assert_same, nearest_by_exact_sums

needs_bytes = pytest.mark.skipif(
    not has_byte_products(), reason="this machine has no instruction for products of bytes"
)


def normal(rng, n, d):
    return rng.standard_normal((n, d)).astype(np.float32)


def clustered(rng, n, d):
    return normal(rng, 20, d)[rng.integers(0, 20, n)] + np.float32(0.1) * normal(rng, n, d)


def tiny(rng, n, d):
    return unit(rng, n, d) * np.float32(1e-20)


def large(rng, n, d):
    return unit(rng, n, d) * np.float32(1e6)


def constant(rng, n, d):
    return np.full((n, d), 0.3, np.float32)


def zero(rng, n, d):
    return np.zeros((n, d), np.float32)


def spiked(rng, n, d):
    """Rows of which a few have one number that is much larger than all others."""
    rows = normal(rng, n, d)
    rows[rng.random(n) < 0.02, :1] = 500
    return rows


MAKERS = [normal, clustered, tiny, large, constant, zero, spiked]
MAKERS += [unit, whole_numbers, duplicates, near_ties, of_all_lengths, unreadable]


def as_index(rows):
    """Rows with the number that makes the largest inner product the smallest distance."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.hstack([rows, -0.5 * (rows.astype(np.float64) ** 2).sum(axis=1, keepdims=True)]).astype(np.float32)


def as_queries(rows):
    return np.hstack([rows, np.ones((len(rows), 1), np.float32)])


@pytest.fixture
def no_minimum_size(monkeypatch):
    """Use bytes for any number of rows."""
    monkeypatch.setattr(quantised_exact, "_MIN_ROWS", 0)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32 - 1),
    make=st.sampled_from(MAKERS),
    n_queries=st.sampled_from([1, 2, 15, 16, 17, 33, 49]),
    n_index=st.sampled_from([1, 7, 8, 9, 50, 200]),
    d=st.sampled_from([1, 2, 3, 4, 5, 15, 33]),
    k=st.sampled_from([1, 2, 5, 60]),
)
def test_the_nearest_equal_those_of_exact_sums_sorted(no_minimum_size, seed, make, n_queries, n_index, d, k):
    rng = np.random.default_rng(seed)
    queries, index = make(rng, n_queries, d), make(rng, n_index, d)
    queries[0] = index[-1]
    assert_same(QuantisedExact().build(index).search(queries, k), nearest_by_exact_sums(queries, index, k))


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("d", [4, 40, 129])
def test_the_nearest_by_distance_equal_those_of_the_exact_search(no_minimum_size, make, d):
    rng = np.random.default_rng(1)
    index, queries = as_index(make(rng, 5003, d)), as_queries(np.vstack([make(rng, 60, d), normal(rng, 40, d)]))
    searcher, scan = QuantisedExact().build(index), Exact().build(index)
    for k in (1, 5, 40):
        assert_same(searcher.search(queries, k), scan.search(queries, k))


@pytest.fixture(scope="module")
def search_case():
    rng = np.random.default_rng(2)
    rows = clustered(rng, 6000, 30)
    rows[3000:3100], rows[[5, 5999]] = rows[:100], np.nan
    index, queries = as_index(rows), as_queries(np.vstack([rows[[0, 5, 3050]], clustered(rng, 397, 30)]))
    return queries, index, nearest(queries, index, 5)


@pytest.mark.parametrize("batch", [1, 7, 48, 400])
def test_results_do_not_depend_on_the_batch_of_queries(search_case, batch):
    queries, index, expected = search_case
    searcher = QuantisedExact().build(index)
    parts = [searcher.search(queries[start : start + batch], 5) for start in range(0, len(queries), batch)]
    for name in ("positions", "similarities"):
        np.testing.assert_array_equal(np.vstack([getattr(part, name) for part in parts]), getattr(expected, name))


@pytest.mark.parametrize("many", [1, 1000])
@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_results_do_not_depend_on_the_number_of_cores(search_case, no_minimum_size, monkeypatch, threads, many):
    """They share the queries where these are many, and else the index."""
    queries, index, expected = search_case
    monkeypatch.setattr(exact, "_SHARE", 500)
    monkeypatch.setattr(exact, "_MANY", many)
    with limit_cores(threads):
        assert_same(QuantisedExact().build(index).search(queries, 5), expected)


@pytest.fixture
def fallbacks(monkeypatch):
    """What is left to the scan: parts, or all."""
    calls, search = [], Exact._search

    def of_part(*arguments):
        calls.append("part")
        return exact.nearest_in_part(*arguments)

    def of_all(*arguments):
        calls.append("all")
        return search(*arguments)

    monkeypatch.setattr(quantised_exact, "nearest_in_part", of_part)
    monkeypatch.setattr(Exact, "_search", of_all)
    return calls


@needs_bytes
def test_bytes_suffice_if_few_rows_are_candidates(search_case, fallbacks):
    queries, index, expected = search_case
    assert_same(QuantisedExact().build(index).search(queries, 5), expected)
    assert fallbacks == []


@needs_bytes
def test_rows_with_too_many_candidates_fall_back_to_the_exact_search(fallbacks):
    rng = np.random.default_rng(3)
    index, queries = as_index(100 + normal(rng, 6000, 30)), as_queries(100 + normal(rng, 60, 30))
    expected = nearest(queries, index, 5)
    with limit_cores(1):
        assert_same(QuantisedExact().build(index).search(queries, 5), expected)
    assert fallbacks == ["part"]


def test_without_the_instruction_the_exact_search_is_used(search_case, fallbacks, monkeypatch):
    queries, index, expected = search_case
    monkeypatch.setattr(quantised_exact, "has_byte_products", lambda: False)
    assert_same(QuantisedExact().build(index).search(queries, 5), expected)
    assert fallbacks == ["all"]


def test_few_rows_and_rows_not_in_memory_use_the_exact_search(search_case, fallbacks, tmp_path):
    queries, index, _ = search_case
    np.save(tmp_path / "index.npy", index)
    for rows in (index[:2000], index.astype(np.float64), np.load(tmp_path / "index.npy", mmap_mode="r")):
        assert_same(QuantisedExact().build(rows).search(queries, 5), nearest(queries, rows, 5))
    assert fallbacks == ["all"] * 3


def test_too_wide_rows_and_rows_of_one_number_use_the_exact_search(no_minimum_size, fallbacks):
    for d in (1, 4097):
        rows = normal(np.random.default_rng(4), 30, d)
        assert_same(QuantisedExact().build(rows).search(rows, 2), nearest(rows, rows, 2))
    assert fallbacks == ["all"] * 2


def test_a_row_much_longer_than_all_others_does_not_change_the_result(search_case):
    queries, index, _ = search_case
    index = index.copy()
    index[7, :-1] *= 1e6
    index[7, -1] *= 1e12
    assert_same(QuantisedExact().build(index).search(queries, 5), nearest(queries, index, 5))


def test_building_again_discards_the_quantised_index(search_case):
    queries, index, expected = search_case
    searcher = QuantisedExact().build(index[::-1].copy())
    searcher.search(queries, 5)
    assert_same(searcher.build(index).search(queries, 5), expected)


def test_pickling_leaves_out_the_quantised_index(search_case):
    queries, index, expected = search_case
    searcher = QuantisedExact().build(index)
    searcher.search(queries, 5)
    sent = pickle.loads(pickle.dumps(searcher))
    assert "_quantised" not in vars(sent)
    assert_same(sent.search(queries, 5), expected)
