"""Tests of `harness.plotting.readable_range`: what is left out so that the rest can be read."""

import pytest

from harness.plotting.readable_range import n_beyond, readable_scores


@pytest.mark.parametrize(
    "scores", [[], [0.5], [0.9, 0.1, 0.1], [0.2] * 9, [0.5, 0.4, 0.3, 0.2, 0.1], [0.9, 0.9, 0.89, 0.1]]
)
def test_nothing_is_left_out_of_few_equal_or_spread_scores(scores):
    assert n_beyond(scores) == 0
    assert readable_scores(scores) == scores


def test_one_or_two_strong_entries_are_left_out():
    assert readable_scores([0.01, 0.57, 0.02, 0.015]) == [0.01, 0.02, 0.015]
    assert readable_scores([0.57, 0.6, 0.01, 0.02, 0.015]) == [0.01, 0.02, 0.015]
    assert n_beyond([0.57, 0.6, 0.58, 0.01, 0.02, 0.015]) == 0
