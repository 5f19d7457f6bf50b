"""Tests of `solutions.hashing.search.mean_distance`, `solutions.hashing.search.mean_distance_keys` and
`solutions.hashing.search.mean_distance_kernels`.

The reference computes every mean exactly or in long decimals, and sorts by mean and position.
"""

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import combinations_with_replacement
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.hashing.search.mean_distance import nearest
from solutions.hashing.search.mean_distance_keys import key_table, means_of

MEANS = ("geometric", "harmonic", "arithmetic", "square_root")


def exact_key(distances, mean):
    """A number that orders as the mean does, with ties where there are ties."""
    if mean == "arithmetic":
        return sum(distances)
    if mean == "geometric":
        return prod(1 + d for d in distances)
    if mean == "harmonic":
        return -sum(Fraction(1, 1 + d) for d in distances)
    with localcontext(prec=60):
        return round(sum(Decimal(d).sqrt() for d in distances), 50)


def mean_value(distances, mean):
    d = np.array(distances, float)
    return {
        "arithmetic": d.mean(),
        "geometric": np.exp(np.log(1 + d).mean()) - 1,
        "harmonic": len(d) / (1 / (1 + d)).sum() - 1,
        "square_root": np.sqrt(d).mean(),
    }[mean]


def nearest_by_sorting(queries, index, mean, k):
    means, positions = np.full((len(queries), k), np.inf), np.full((len(queries), k), -1)
    for row, query in enumerate(queries):
        distances = np.bitwise_count(index.T ^ query).tolist()
        order = sorted(range(len(distances)), key=lambda place: (exact_key(distances[place], mean), place))[:k]
        means[row, : len(order)] = [mean_value(distances[place], mean) for place in order]
        positions[row, : len(order)] = order
    return means, positions


def codes_at(distances):
    """Codes at these distances from 0."""
    return np.array([(1 << d) - 1 for d in np.ravel(distances).tolist()], np.uint64).reshape(np.shape(distances))


@settings(deadline=None, max_examples=120)
@given(
    seed=st.integers(0, 2**32 - 1),
    mean=st.sampled_from(MEANS),
    n_hashes=st.integers(1, 8),
    n_queries=st.integers(0, 3),
    n_index=st.sampled_from([0, 1, 5, 63, 64, 65, 130, 300]),
    k=st.sampled_from([1, 3, 20, 100]),
    farthest=st.sampled_from([1, 3, 10, 64]),
)
def test_the_nearest_equal_those_of_a_sort_by_exact_means(seed, mean, n_hashes, n_queries, n_index, k, farthest):
    rng = np.random.default_rng(seed)
    queries = np.zeros((n_queries, n_hashes), np.uint64)
    index = codes_at(rng.integers(0, farthest + 1, (n_hashes, n_index)))
    means, positions = nearest(queries, index, mean, k)
    expected_means, expected_positions = nearest_by_sorting(queries, index, mean, k)
    np.testing.assert_array_equal(positions, expected_positions)
    np.testing.assert_allclose(means, expected_means, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("mean", MEANS)
def test_random_codes_of_four_hashes_are_searched_correctly(mean):
    rng = np.random.default_rng(1)
    queries = rng.integers(0, 2**64, (300, 4), dtype=np.uint64)
    index = rng.integers(0, 2**64, (4, 2000), dtype=np.uint64)
    _, positions = nearest(queries, index, mean, 100)
    _, expected = nearest_by_sorting(queries[::100], index, mean, 100)
    np.testing.assert_array_equal(positions[::100], expected)


@pytest.mark.parametrize("mean", MEANS)
def test_the_order_of_the_hashes_does_not_matter(mean):
    rng = np.random.default_rng(2)
    queries = rng.integers(0, 2**64, (5, 4), dtype=np.uint64)
    index = queries[rng.integers(0, 5, 500)].T ^ codes_at(rng.integers(0, 9, (4, 500)))
    means, positions = nearest(queries, index, mean, 50)
    turned_means, turned_positions = nearest(queries[:, ::-1], index[::-1], mean, 50)
    np.testing.assert_array_equal(positions, turned_positions)
    np.testing.assert_array_equal(means, turned_means)


@pytest.mark.parametrize("mean", MEANS)
def test_all_pairs_of_distances_have_keys_in_exact_order(mean):
    pairs = list(combinations_with_replacement(range(65), 2))
    exact = [exact_key(pair, mean) for pair in pairs]
    table = key_table(mean).tolist()
    keys = [prod(table[d] for d in pair) if mean == "geometric" else sum(table[d] for d in pair) for pair in pairs]
    ranks, exact_ranks = (np.unique(np.array(values, object), return_inverse=True)[1] for values in (keys, exact))
    np.testing.assert_array_equal(ranks, exact_ranks)


@pytest.mark.parametrize(
    ("mean", "ones", "others"),
    [
        ("geometric", (1, 5), (2, 3)),  # 2 * 6 = 3 * 4
        ("harmonic", (1, 5), (2, 2)),  # 1/2 + 1/6 = 1/3 + 1/3
        ("harmonic", (0, 36, 42), (36, 0, 42)),  # primes above 31
        ("square_root", (8, 0), (2, 2)),  # sqrt 8 = 2 sqrt 2
        ("arithmetic", (0, 7), (3, 4)),
    ],
)
def test_means_that_are_equal_in_theory_are_ties(mean, ones, others):
    index = codes_at(np.array([others, ones, others]).T)
    means, positions = nearest(np.zeros((1, len(ones)), np.uint64), index, mean, 3)
    assert positions.tolist() == [[0, 1, 2]]
    assert len(set(means[0])) == 1


@pytest.mark.parametrize(
    ("mean", "value"),
    [("geometric", 585**0.25 - 1), ("harmonic", 4 / (1 / 5 + 1 / 9 + 1 / 13 + 1) - 1), ("arithmetic", 6)],
)
def test_no_distance_is_left_out_of_the_mean_of_4_8_12_and_0(mean, value):
    means, _ = nearest(np.zeros((1, 4), np.uint64), codes_at([[4], [8], [12], [0]]), mean, 1)
    assert means[0, 0] == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("n_hashes", range(1, 9))
def test_exact_duplicates_have_mean_0_and_the_farthest_codes_64(mean, n_hashes):
    index = np.array([[0, 2**64 - 1]] * n_hashes, np.uint64)
    means, positions = nearest(np.zeros((1, n_hashes), np.uint64), index, mean, 2)
    assert positions.tolist() == [[0, 1]]
    assert means[0, 0] == 0
    assert means[0, 1] == pytest.approx(8 if mean == "square_root" else 64)


@pytest.mark.parametrize("mean", MEANS)
def test_eight_hashes_at_their_farthest_have_a_key_below_2_to_the_63(mean):
    key = int(key_table(mean)[64]) ** 8 if mean == "geometric" else 8 * int(key_table(mean)[64])
    assert abs(key) < 2**63
    assert means_of(np.array([key]), mean, 8)[0] == pytest.approx(8 if mean == "square_root" else 64)


def test_different_numbers_of_hashes_are_refused():
    with pytest.raises(ValueError, match="3 hashes and the index 4"):
        nearest(np.zeros((1, 3), np.uint64), np.zeros((4, 5), np.uint64))
    with pytest.raises(ValueError, match="1 to 8"):
        nearest(np.zeros((1, 9), np.uint64), np.zeros((9, 5), np.uint64))
