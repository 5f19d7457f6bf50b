"""Tests of `solutions.reranking.mixing`, `solutions.reranking.index_augmentation` and
`solutions.reranking.query_expansion`.

The references are worked values and explicit sums.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import HarnessError
from solutions.neighbours.exact import nearest
from solutions.reranking.index_augmentation import augment_index, augment_index_and_queries, augment_index_in_rounds
from solutions.reranking.mixing import mix
from solutions.reranking.query_expansion import expand_queries, expand_queries_by, expand_queries_in_rounds
from tests.solutions.reranking.factories import clustered, graph_of, nearest_by_sorting, unit

FOUR = unit([[1, 0], [0.9, 0.3], [0.7, 0.7], [0, 1]])
TEN = [1, 0.6813, 0.4642, 0.3162, 0.2154, 0.1468, 0.1, 0.0681, 0.0464, 0.0316]


def reference_mix(rows, source, results, weight_of):
    """Each row plus its neighbours, weighed by their rank from 0 and their similarity, at unit length."""
    result = []
    for row, positions, similarities in zip(rows, results.positions, results.similarities, strict=True):
        total = np.array(row, np.float64)
        for rank, (place, similarity) in enumerate(zip(positions, similarities, strict=True)):
            if place >= 0:
                total = total + weight_of(rank, float(similarity)) * source[place]
        result.append(total / (np.linalg.norm(total) or 1))
    return np.array(result)


def test_augmentation_of_four_vectors_by_three_of_the_ten_weights():
    expected = [[0.9641, 0.2655], [0.9499, 0.3126], [0.8917, 0.4526], [0.4927, 0.8702]]
    assert augment_index(FOUR, 3).round(4) == pytest.approx(np.array(expected), abs=1e-4)


def test_the_ten_weights_are_those_of_the_first_place():
    rows = np.eye(11, dtype=np.float32) + 0.5  # all equally similar: neighbours in order of position
    weights = augment_index(unit(rows), 10)[0] @ np.linalg.inv(unit(rows))
    assert weights[:10] / weights[0] == pytest.approx(TEN, abs=1e-4)
    assert weights[10] == pytest.approx(0, abs=1e-5)
    beside = augment_index(unit(rows), 10, own="beside")[0] @ np.linalg.inv(unit(rows))
    assert beside / beside[0] == pytest.approx([1, *TEN], abs=1e-4)


@pytest.mark.parametrize(("own", "first"), [("among", 1), ("beside", 0)])
def test_augmentation_equals_the_explicit_sum(own, first):
    index = clustered(30)
    results = graph_of(index, 6 - first)
    expected = reference_mix(index, index, results, lambda rank, _: 10 ** (-1.5 / 9 * (rank + first)))
    assert np.allclose(augment_index(index, 6, own=own), expected, atol=1e-6)


def test_an_image_comes_first_in_its_own_sum_even_with_duplicates():
    index = np.vstack([np.repeat(clustered(1), 12, axis=0), clustered(5, seed=1)])
    assert np.allclose(augment_index(index, 10)[:12], index[:12], atol=1e-6)
    assert np.array_equal(augment_index(index, 10)[0], augment_index(index, 10)[11])


def test_one_neighbour_that_is_the_image_itself_changes_nothing():
    index = clustered(9)
    assert np.allclose(augment_index(index, 1), index, atol=1e-7)


def test_rounds_start_from_the_result_of_the_round_before():
    index = clustered(25)
    expected = index
    for count in (1, 2, 3):
        results = graph_of(expected, count)
        expected = reference_mix(expected, expected, results, lambda _, s: max(s, 0) ** 2).astype(np.float32)
    assert np.allclose(augment_index_in_rounds(index), expected, atol=1e-6)


def test_queries_may_be_part_of_the_augmentation():
    index, queries = clustered(20), clustered(4, seed=1)
    new_index, new_queries = augment_index_and_queries(index, queries, 5)
    assert np.array_equal(np.vstack([new_index, new_queries]), augment_index(np.vstack([index, queries]), 5))
    assert (new_index.shape, new_queries.shape) == ((20, 8), (4, 8))


@pytest.mark.parametrize(("alpha", "expected"), [(0, [0.985, 0.1723]), (1, [0.9849, 0.173]), (3, [0.9847, 0.1745])])
def test_expansion_of_one_query_by_two_of_four_vectors(alpha, expected):
    assert expand_queries(unit([[1, 0.2]]), FOUR, 2, alpha=alpha)[0] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("alpha", [0, 0.5, 3])
def test_expansion_equals_the_explicit_sum(alpha):
    index, queries = clustered(30), clustered(7, seed=1)
    results = nearest_by_sorting(queries, index, 30)
    assert (results.similarities < 0).any()
    expected = reference_mix(queries, index, results, lambda _, s: max(s, 0) ** alpha)
    assert np.allclose(expand_queries_by(results, queries, index, alpha=alpha), expected, atol=1e-6)
    assert np.array_equal(
        expand_queries(queries, index, 5, alpha=alpha),
        expand_queries_by(nearest_by_sorting(queries, index, 5), queries, index, alpha=alpha),
    )


def test_expansion_in_rounds_searches_again_with_the_expanded_queries():
    index, queries = clustered(30), clustered(7, seed=1)
    twice = expand_queries(expand_queries(queries, index, 1, alpha=2), index, 2, alpha=2)
    assert np.array_equal(expand_queries_in_rounds(queries, index, (1, 2)), twice)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_an_expanded_query_does_not_depend_on_the_batch(cuts):
    index, queries = clustered(40), clustered(9, seed=1)
    whole = expand_queries(queries, index)
    start = 0
    for cut in cuts:
        piece = queries[start : start + cut]
        assert np.array_equal(expand_queries(piece, index), whole[start : start + cut])
        start += cut


def test_undecodable_images_stay_nan_and_are_mixed_into_none():
    index, queries = clustered(20), clustered(4, seed=1)
    broken = np.insert(index, 3, np.nan, axis=0)
    results = augment_index(broken, 5)
    assert np.isnan(results[3]).all()
    assert np.array_equal(np.delete(results, 3, axis=0), augment_index(index, 5))
    assert np.array_equal(expand_queries(queries, broken, 5), expand_queries(queries, index, 5))
    expanded = expand_queries(np.insert(queries, 1, np.nan, axis=0), index, 5)
    assert np.isnan(expanded[1]).all()
    assert np.array_equal(np.delete(expanded, 1, axis=0), expand_queries(queries, index, 5))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_images_are_mixed_with_as_many_as_there_are(n):
    index, queries = clustered(n), clustered(3, seed=1)
    assert augment_index(index, 10).shape == (n, 8)
    assert np.allclose(np.linalg.norm(augment_index(index, 10), axis=1), 1)
    assert expand_queries(queries, index, 10).shape == (3, 8)
    assert expand_queries(queries[:0], index, 10).shape == (0, 8)
    if n == 0:
        assert np.allclose(expand_queries(queries, index, 10), queries, atol=1e-7)


def test_zeros_stay_zeros_and_opposite_vectors_do_not_divide_by_zero():
    zeros = np.zeros((2, 3), np.float32)
    assert expand_queries(zeros, zeros, 2, alpha=0).tolist() == zeros.tolist()
    one = np.array([[1.0, 0, 0]], np.float32)
    assert expand_queries(one, -one, 1, alpha=0).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_descriptors_may_be_of_any_precision_and_read_only(kind):
    index = clustered(10).astype(kind)
    index.flags.writeable = False
    before = index.copy()
    assert augment_index(index[:, ::2], 3).dtype == np.float32
    assert np.array_equal(index, before)


def test_another_search_may_find_the_neighbours():
    expanded = []

    def search(queries, index, k):
        expanded.append((len(queries), len(index), k))
        return nearest(queries, index, k)

    assert np.array_equal(augment_index(clustered(12), 4, search=search), augment_index(clustered(12), 4))
    expand_queries(clustered(3), clustered(12), 4, search=search)
    assert expanded == [(12, 12, 4), (3, 12, 4)]


def test_no_neighbours_are_refused():
    for call in (
        lambda: augment_index(FOUR, 0),
        lambda: expand_queries(FOUR, FOUR, 0),
        lambda: augment_index_in_rounds(FOUR, (1, 0)),
    ):
        with pytest.raises(HarnessError, match="must be 1 or more"):
            call()


def test_weights_may_differ_from_row_to_row():
    results = nearest_by_sorting(FOUR, FOUR, 2)
    assert np.allclose(mix(FOUR, FOUR, results, np.zeros((4, 2))), FOUR, atol=1e-7)
