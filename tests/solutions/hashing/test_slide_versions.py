"""Tests of `solutions.hashing.slide_versions`.

The expected values are worked examples of the slides.
"""

import numpy as np
import pytest

from solutions.hashing.slide_versions import SINGLE_THRESHOLD, THRESHOLDS, printed_means, printed_ranking


def test_the_thresholds_are_those_of_the_slides():
    printed = {mean: threshold for mean, threshold in THRESHOLDS.items() if mean != "geometric"}
    assert (SINGLE_THRESHOLD, printed) == (12, {"harmonic": 17.5, "arithmetic": 18, "square_root": 4.3})


@pytest.mark.parametrize(
    ("mean", "value"), [("geometric", 7.2685), ("harmonic", 6.5455), ("arithmetic", 8.0), ("square_root", 2.7642)]
)
def test_zeros_are_dropped_from_every_mean(mean, value):
    assert printed_means([4, 8, 12, 0], mean) == pytest.approx(value, abs=5e-5)
    assert printed_means([[4, 8, 12, 0], [0, 12, 8, 4]], mean) == pytest.approx([value, value], abs=5e-5)


@pytest.mark.parametrize("mean", THRESHOLDS)
def test_exact_matches_do_not_improve_a_mean(mean):
    value = 20 if mean != "square_root" else 20**0.5
    assert printed_means([0, 0, 0, 20], mean) == pytest.approx(value)
    assert not printed_means([0, 0, 0, 20], mean) < THRESHOLDS[mean]


@pytest.mark.parametrize("mean", THRESHOLDS)
def test_exact_duplicates_are_lost(mean):
    means = printed_means([[0, 0], [3, 3]], mean)
    assert np.isnan(means[0])
    assert printed_ranking(means, ["duplicate", "other"], THRESHOLDS[mean]).tolist() == [1]


def test_the_arithmetic_mean_is_rounded_down():
    assert printed_means([[17, 18, 18, 18], [17, 17, 17, 17], [18, 18, 18, 18]], "arithmetic").tolist() == [17, 17, 18]


def test_the_farthest_candidate_comes_first():
    assert printed_ranking([0, 3, 7, 11], list("abcd"), SINGLE_THRESHOLD).tolist() == [3, 2, 1, 0]


def test_equal_candidates_come_in_order_of_their_ids_as_strings():
    assert printed_ranking([5, 5, 5], ["9", "10", "1"], SINGLE_THRESHOLD).tolist() == [2, 1, 0]


def test_of_more_than_a_hundred_candidates_the_farthest_stay():
    distances = np.arange(150) * 12 // 150
    listed = distances[printed_ranking(distances, [f"{i:03d}" for i in range(150)], SINGLE_THRESHOLD)]
    assert len(listed) == 100
    assert listed.tolist() == sorted(distances, reverse=True)[:100]


def test_a_candidate_is_below_the_threshold_and_not_the_query():
    assert printed_ranking([11, 12, 1], ["a", "b", "c"], SINGLE_THRESHOLD, query_id="c").tolist() == [0]
