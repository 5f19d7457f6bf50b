"""Tests of `solutions.neighbours.nn_descent` and `solutions.neighbours.graph_search`.

The reference is the exact graph.
"""

import numpy as np
import pytest

from solutions.neighbours.exact import neighbour_graph
from solutions.neighbours.graph_search import bidirectional_links
from solutions.neighbours.nn_descent import GraphEdges, NNDescent, insert_edge
from tests.solutions.neighbours.reference import assert_same, nearest_by_exact_sums, recall


def rows_of(n, d=16):
    rows = np.random.default_rng(1).standard_normal((n, d))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_nearly_all_nearest_neighbours_are_found():
    rows = rows_of(2000)
    assert recall(NNDescent(degree=30).graph(rows, 10), neighbour_graph(rows, 10)) > 0.97


def test_results_are_other_rows_with_exact_similarities_in_order():
    rows = rows_of(300)
    rows[100:110] = rows[:10]
    results, everything = NNDescent(degree=12, rounds=2).graph(rows, 8), neighbour_graph(rows, 299)
    for row in range(300):
        places = np.flatnonzero(np.isin(everything.positions[row], results.positions[row]))
        assert row not in results.positions[row]
        np.testing.assert_array_equal(results.positions[row], everything.positions[row, places])
        np.testing.assert_array_equal(results.similarities[row], everything.similarities[row, places])


def test_a_graph_of_all_others_is_exact():
    rows = rows_of(30)
    rows[9] = np.nan
    assert_same(NNDescent().graph(rows, 40), neighbour_graph(rows, 40))


@pytest.mark.parametrize("n_rows", [0, 1, 2])
def test_few_rows_have_few_neighbours(n_rows):
    results = NNDescent().graph(rows_of(n_rows), 3)
    assert (
        results.positions.tolist() == [[1, -1, -1], [0, -1, -1]][:n_rows]
        if n_rows > 1
        else (results.positions == -1).all()
    )


def test_the_seed_decides():
    rows = rows_of(400)
    one = NNDescent(degree=10, rounds=1)
    assert_same(one.graph(rows, 10), one.graph(rows, 10))
    assert (NNDescent(degree=10, rounds=1, seed=1).graph(rows, 10).positions != one.graph(rows, 10).positions).any()


def test_more_rounds_improve_the_graph():
    rows = rows_of(1000)
    sums = [NNDescent(degree=10, rounds=rounds).graph(rows, 10).similarities.sum() for rounds in (0, 1, 3)]
    assert sums == sorted(set(sums))


def test_a_neighbour_is_inserted_where_it_belongs_and_only_once():
    edges = GraphEdges(
        np.array([[5, 7, 9]], np.int32), np.array([[0.9, 0.5, 0.5]], np.float32), np.zeros((1, 3), np.bool_)
    )
    half = np.float32(0.5)
    insert = getattr(insert_edge, "py_func", insert_edge)
    assert [insert(edges, 0, position, half) for position in (7, 9, 10, 8)] == [0, 0, 0, 1]
    assert edges.positions.tolist() == [[5, 7, 8]]
    assert edges.new.tolist() == [[False, False, True]]
    assert insert(edges, 0, 2, np.float32(1)) == 1
    assert edges.positions.tolist() == [[2, 5, 7]]


def test_links_are_bidirectional():
    positions = np.array([[1], [0], [1], [1]], np.int32)
    assert bidirectional_links(positions).tolist() == [[1, 1], [0, 0], [1, -1], [1, -1]]


def test_the_exact_graph_equals_that_of_the_reference():
    rows = rows_of(60)
    slow = nearest_by_exact_sums(rows, rows, 6)
    assert neighbour_graph(rows, 5).positions.tolist() == slow.positions[:, 1:].tolist()
