"""Tests of `solutions.local.non_maximum_suppression`.

The reference counts common cells of a grid.
"""

import numpy as np
import pytest

from solutions.local.non_maximum_suppression import intersection_over_union, non_maximum_suppression

DRAW = np.random.default_rng(0)


def test_overlap_equals_common_cells_of_a_grid() -> None:
    middles, sides = DRAW.integers(10, 30, (40, 2)), 2 * DRAW.integers(1, 6, 40)
    squares = np.column_stack([middles, sides])
    y, x = np.mgrid[:40, :40] + 0.5
    drawn = np.array([(abs(x - a) < side / 2) & (abs(y - b) < side / 2) for a, b, side in squares])
    for one in range(3):
        both, either = (drawn[one] & drawn).sum(axis=(1, 2)), (drawn[one] | drawn).sum(axis=(1, 2))
        assert np.allclose(intersection_over_union(squares[one], squares), both / either)


@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.7])
def test_selected_squares_do_not_overlap_and_others_overlap_a_selected_one(overlap: float) -> None:
    squares = np.column_stack([DRAW.uniform(0, 100, (80, 2)), DRAW.uniform(5, 30, 80)])
    results = non_maximum_suppression(squares, overlap, 1000)
    assert results[0] == 0
    assert (np.diff(results) > 0).all()
    table = np.array([intersection_over_union(each, squares) for each in squares])
    assert (table[np.ix_(results, results)] - np.eye(len(results)) <= overlap).all()
    for gone in np.setdiff1d(np.arange(80), results):
        assert (table[gone, results[results < gone]] > overlap).any()


def test_the_number_of_squares_is_limited() -> None:
    squares = np.column_stack([np.arange(30) * 10, np.zeros(30), np.ones(30)])
    assert non_maximum_suppression(squares, 0.5, 7).tolist() == list(range(7))
    assert non_maximum_suppression(squares, 1, 7).tolist() == list(range(7))
    assert non_maximum_suppression(squares[:0], 0.5, 7).tolist() == []
    assert non_maximum_suppression(np.zeros((4, 3)) + [0, 0, 2], 1, 7).tolist() == [0, 1, 2, 3]
    assert non_maximum_suppression(np.zeros((4, 3)) + [0, 0, 2], 0.99, 7).tolist() == [0]
