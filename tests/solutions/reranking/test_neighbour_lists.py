"""Tests of `solutions.reranking.neighbour_lists`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from harness import HarnessError
from solutions.neighbours.neighbours import Neighbours, remove_self
from solutions.reranking.neighbour_lists import append_rest, check_alpha, fit_to_length, is_repeated, mask_self
from tests.solutions.reranking.factories import clustered, graph_of, nearest_by_sorting, rows_of


def test_each_image_is_removed_from_its_own_list():
    index = clustered(20)
    graph = remove_self(nearest_by_sorting(index, index, 6))
    assert np.array_equal(graph.positions, graph_of(index, 5).positions)
    assert np.array_equal(graph.similarities, graph_of(index, 5).similarities)


def test_an_image_missing_from_its_own_list_loses_the_last_entry():
    index = np.ones((5, 3), np.float32)
    assert remove_self(nearest_by_sorting(index, index, 3)).positions.tolist() == [
        [1, 2],
        [0, 2],
        [0, 1],
        [0, 1],
        [0, 1],
    ]


def test_mask_self_keeps_the_width_of_the_graph():
    graph = Neighbours(np.array([[0, 1], [0, -1]]), np.array([[1, 0.5], [0.5, -np.inf]]))
    assert mask_self(graph).positions.tolist() == [[1, -1], [0, -1]]
    assert mask_self(graph).similarities.tolist() == [[0.5, -np.inf], [0.5, -np.inf]]
    assert graph.positions.tolist() == [[0, 1], [0, -1]]


LISTS = arrays(np.int32, (3, 5), elements=st.integers(-1, 6))


@settings(deadline=None)
@given(LISTS, LISTS, st.integers(1, 12))
def test_appended_entries_keep_their_order_and_occur_once(first, rest, k):
    first, rest = (Neighbours(each, np.where(each < 0, -np.inf, 0.5).astype(np.float32)) for each in (first, rest))
    results = append_rest(first, rest, k)
    expected = [list(dict.fromkeys(a + b))[:k] for a, b in zip(rows_of(first), rows_of(rest), strict=True)]
    assert rows_of(results) == expected
    assert results.positions.shape == results.similarities.shape == (3, k)
    assert (np.isneginf(results.similarities) == (results.positions < 0)).all()


@settings(deadline=None)
@given(LISTS)
def test_repeated_positions_are_found(positions):
    expected = [[each in row[:rank] for rank, each in enumerate(row)] for row in positions.tolist()]
    assert is_repeated(positions).tolist() == expected


def test_similarities_never_rise_along_a_list():
    results = fit_to_length(np.array([[3, 1, 2]]), np.array([[0.2, 0.9, 0.1]]), 4)
    assert results.similarities[0].tolist() == [np.float32(0.2), np.float32(0.2), np.float32(0.1), -np.inf]
    assert (results.positions.dtype, results.similarities.dtype) == (np.int32, np.float32)


@pytest.mark.parametrize("alpha", [-0.1, 1, 2, float("nan")])
def test_an_alpha_without_convergence_is_refused(alpha):
    with pytest.raises(HarnessError, match="from 0 to below 1"):
        check_alpha(alpha)
