"""Tests of `solutions.hashing.search.index_structures.searcher`, `solutions.hashing.search.index_structures.scan`,
`solutions.hashing.search.index_structures.metric_tree`, `solutions.hashing.search.index_structures.trie`,
`solutions.hashing.search.index_structures.multi_index`, `solutions.hashing.search.index_structures.nearest_heap`,
`solutions.hashing.search.index_structures.priority_queue` and
`solutions.hashing.search.index_structures.unique_codes`.

The reference is the scan.
"""

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import HarnessError
from solutions.hashing.search.index_structures.metric_tree import BKTree, VPTree
from solutions.hashing.search.index_structures.multi_index import MultiIndex
from solutions.hashing.search.index_structures.scan import Scan
from solutions.hashing.search.index_structures.trie import Trie
from tests.solutions.hashing.search.index_structures.factories import (
    MADE,
    assert_same,
    clustered,
    few_distinct,
    flipped,
    uniform,
)

SEARCHERS = [
    Scan(),
    Trie(),
    Trie(leaf=0),
    Trie(digit_bits=8, leaf=3),
    BKTree(),
    BKTree(seed=1),
    VPTree(),
    MultiIndex(),
    MultiIndex(parts=4),
    MultiIndex(parts=5),
    MultiIndex(parts=16),
]
every_searcher = pytest.mark.parametrize("searcher", SEARCHERS, ids=lambda each: each.name)


@every_searcher
@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    make=st.sampled_from(MADE),
    make_queries=st.sampled_from(MADE),
    n=st.integers(0, 400),
    n_queries=st.integers(0, 4),
    k=st.sampled_from([1, 2, 7, 100, 500]),
)
def test_an_exact_searcher_returns_what_the_scan_returns(searcher, seed, make, make_queries, n, n_queries, k):
    rng = np.random.default_rng(seed)
    codes = make(rng, n)
    queries = np.concatenate([make_queries(rng, n_queries), codes[:2]])
    assert_same(searcher.build(codes).search(queries, k), Scan().build(codes).search(queries, k))


@every_searcher
def test_thousands_of_codes_are_searched_correctly(searcher):
    rng = np.random.default_rng(0)
    codes = np.concatenate([uniform(rng, 3000), clustered(rng, 2000), few_distinct(rng, 500)])
    queries = np.concatenate([uniform(rng, 10), codes[::500]])
    assert_same(searcher.build(codes).search(queries), Scan().build(codes).search(queries))


@every_searcher
def test_results_do_not_depend_on_the_batch(searcher):
    rng = np.random.default_rng(1)
    codes, queries = clustered(rng, 300), clustered(rng, 8)
    built = searcher.build(codes)
    parts = [built.search(chunk, 20) for chunk in np.array_split(queries, 3)]
    assert_same(built.search(queries, 20), tuple(map(np.concatenate, zip(*parts, strict=True))))


@every_searcher
def test_missing_neighbours_are_distance_255_at_position_minus_1(searcher):
    positions, distances = searcher.build(np.array([7, 7, 0], np.uint64)).search(np.array([7], np.uint64), 5)
    assert positions.tolist() == [[0, 1, 2, -1, -1]]
    assert distances.tolist() == [[0, 0, 3, 255, 255]]


@every_searcher
def test_codes_of_another_type_are_refused(searcher):
    with pytest.raises(TypeError, match="uint64 in 1 dimensions"):
        searcher.build(np.zeros(3, np.int64))
    with pytest.raises(HarnessError, match="must be 1 or more"):
        searcher.build(np.zeros(3, np.uint64)).search(np.zeros(1, np.uint64), 0)


@every_searcher
def test_read_only_codes_are_searched(searcher):
    codes = uniform(np.random.default_rng(2), 50)
    codes.flags.writeable = False
    assert searcher.build(codes).search(codes, 1)[0].ravel().tolist() == list(range(50))


def test_the_order_of_the_codes_does_not_change_distances():
    rng = np.random.default_rng(3)
    codes, queries = uniform(rng, 500), uniform(rng, 5)
    order = rng.permutation(500)
    for searcher in SEARCHERS:
        distances = searcher.build(codes).search(queries, 20)[1]
        np.testing.assert_array_equal(searcher.build(codes[order]).search(queries, 20)[1], distances)


def planted(rng, n, n_queries, n_bits):
    """Uniform codes, and queries whose nearest is a code that many bits away: a search by just this radius."""
    codes = uniform(rng, n)
    return codes, flipped(rng, codes[:n_queries], n_bits)


@pytest.mark.parametrize(("n_bits", "about"), [(2, 192), (4, 1787)])
def test_nodes_visited_by_the_trie_follow_the_formula(n_bits, about):
    n = 20_000
    codes, queries = planted(np.random.default_rng(4), n, 200, n_bits)
    occupied = {bits: 1 - (1 - 2.0**-bits) ** n for bits in range(0, 65, 4)}
    expected = sum(sum(comb(bits, j) for j in range(n_bits + 1)) * occupied[bits] for bits in occupied)
    own = sum(1 - occupied[bits] for bits in occupied)  # the way down to the planted code is there for certain
    visited = Trie(leaf=0).build(codes).measured_search(queries, 1).work
    assert visited == pytest.approx(expected + own, rel=0.02)
    assert visited == pytest.approx(about, rel=0.1)


@pytest.mark.parametrize(("n_bits", "about"), [(2, 220), (4, 1879), (8, 10681), (12, 17693)])
def test_nodes_visited_by_the_bk_tree_match_a_tree_of_objects(n_bits, about):
    codes, queries = planted(np.random.default_rng(5), 20_000, 50, n_bits)
    visited = BKTree().build(codes).measured_search(queries, 1).work
    assert visited == pytest.approx(about, rel=0.2)


def test_the_bk_tree_equals_that_of_inserting_the_codes_one_by_one():
    rng = np.random.default_rng(6)
    codes = np.unique(uniform(rng, 300))
    dealt = codes[np.random.default_rng(0).permutation(300)]
    queries = uniform(rng, 20)
    farthest = Scan().build(codes).search(queries, 3)[1][:, 2]
    root: dict = {}
    for code in dealt.tolist():
        insert(root, code)
    visited = sum(
        visits(root, query, radius) for query, radius in zip(queries.tolist(), farthest.tolist(), strict=True)
    )
    assert BKTree().build(codes).measured_search(queries, 3).work == visited / 20


def insert(node, code):
    while node:
        node = node["below"].setdefault((node["code"] ^ code).bit_count(), {})
    node.update(code=code, below={})


def visits(node, query, radius):
    away = (node["code"] ^ query).bit_count()
    return 1 + sum(visits(child, query, radius) for key, child in node["below"].items() if abs(key - away) <= radius)


def test_equal_codes_share_one_node():
    codes = np.repeat(np.array([1, 2, 3], np.uint64), 1000)
    for tree, n_nodes in ((BKTree(), 3), (VPTree(), 3), (Trie(leaf=0), 16 + 3)):
        built = tree.build(codes)
        assert built.measured_search(codes[:1], 3000).work == n_nodes
        assert built.search(codes[:1], 2000)[0][0].tolist() == [*range(1000), *range(2000, 3000)]


@pytest.mark.parametrize(("n_bits", "looked_up"), [(0, 1), (3, 4), (4, 20), (7, 68), (8, 188), (11, 548), (15, 2788)])
def test_buckets_looked_up_by_multi_index_hashing(n_bits, looked_up):
    """Of m = 4 parts of 16 bits: all four with up to s flips for a distance of 4 s + 3, the first alone for 4 s."""
    codes, queries = planted(np.random.default_rng(7), 2000, 20, n_bits)
    full, over = divmod(n_bits, 4)
    every = 4 * sum(comb(16, flips) for flips in range(full)) + (over + 1) * comb(16, full)
    work = MultiIndex(parts=4).build(codes).measured_search(queries, 1).work
    assert work == every == looked_up


def test_multi_index_hashing_compares_all_codes_where_buckets_outnumber_them():
    rng = np.random.default_rng(8)
    codes = uniform(rng, 300)
    assert MultiIndex(parts=4).build(codes).measured_search(uniform(rng, 5), 300).work == 4 * (1 + 16 + 120)


def test_the_number_of_parts_leaves_about_one_code_in_a_bucket():
    rng = np.random.default_rng(9)
    assert [len(MultiIndex().build(uniform(rng, n)).widths) for n in (1, 16, 1000, 65_536)] == [16, 16, 6, 4]
    assert MultiIndex(parts=5).build(uniform(rng, 9)).widths.tolist() == [13, 13, 13, 13, 12]


def test_three_parts_with_millions_of_buckets_are_searched_correctly():
    rng = np.random.default_rng(10)
    codes, queries = uniform(rng, 3000), uniform(rng, 5)
    assert_same(MultiIndex(parts=3).build(codes).search(queries), Scan().build(codes).search(queries))


@pytest.mark.parametrize("parts", [1, 2, 17])
def test_invalid_numbers_of_parts_are_refused(parts):
    with pytest.raises(ValueError, match="parts are 3 to 16"):
        MultiIndex(parts=parts).build(np.zeros(1, np.uint64))


def test_a_name_lists_the_parameters_that_differ_from_defaults():
    assert [each.name for each in SEARCHERS[:4]] == ["Scan", "Trie", "Trie(leaf=0)", "Trie(digit_bits=8, leaf=3)"]


def test_n_bytes_is_the_size_of_the_arrays():
    assert Scan().build(np.zeros(10, np.uint64)).n_bytes == 80
    assert BKTree().build(np.arange(10, dtype=np.uint64)).n_bytes == 10 * (8 + 4 + 4 + 4) + 11 * 4 + 10 + 10
