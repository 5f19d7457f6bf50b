"""Votes: majority and weights, no landmark as an answer, ties."""

import numpy as np
import pytest

from solutions.landmark_scores.score_merging import vote

LANDMARKS = np.array([11, 22])
NAN = np.nan


def one(votes: list[int], confidences: list[float], weights: list[float] | None = None) -> tuple[int, float]:
    told = None if weights is None else np.array(weights)
    landmarks, found = vote(LANDMARKS, np.array([votes]), np.array([confidences]), told)
    return int(landmarks[0]), float(found[0])


def test_a_majority_wins_however_sure_the_others_are() -> None:
    assert one([0, 1, 1], [0.99, 0.3, 0.3]) == (22, pytest.approx(0.2))


def test_a_model_that_weighs_more_than_both_others_decides() -> None:
    assert one([0, 1, 1], [0.9, 0.3, 0.3], [3, 1, 1]) == (11, pytest.approx(0.54))


def test_equal_weights_are_a_majority() -> None:
    draw = np.random.default_rng(1)
    votes, confidences = draw.integers(-1, 2, (50, 5)), draw.random((50, 5))
    plain, weighed = vote(LANDMARKS, votes, confidences), vote(LANDMARKS, votes, confidences, np.full(5, 0.7))
    assert np.array_equal(plain[0], weighed[0])
    assert plain[1] == pytest.approx(weighed[1], nan_ok=True)


def test_weights_that_are_all_nothing_are_a_majority() -> None:
    assert one([0, 1, 1], [0.9, 0.3, 0.3], [0, 0, 0]) == one([0, 1, 1], [0.9, 0.3, 0.3])


def test_of_as_many_votes_the_surer_landmark_wins_and_of_equals_the_lowest() -> None:
    assert one([0, 1], [0.5, 0.6])[0] == 22
    assert one([1, 0], [0.5, 0.5])[0] == 11
    assert one([0, 1, 1], [0.9, 0.2, 0.2], [0.3, 0.1, 0.2]) == (11, pytest.approx(0.45)), ".1 + .2 is .3 here"


def test_no_landmark_wins_by_votes_too_but_no_tie() -> None:
    assert one([-1, -1, 0], [NAN, NAN, 0.9])[0] == -1
    assert np.isnan(one([-1, -1, 0], [NAN, NAN, 0.9])[1])
    assert one([-1, 0], [NAN, 0.1]) == (11, pytest.approx(0.05))


def test_no_queries_and_no_landmarks_are_no_trouble() -> None:
    assert vote(LANDMARKS, np.zeros((0, 3), int), np.zeros((0, 3)))[0].shape == (0,)
    assert np.isnan(vote(LANDMARKS[:0], np.full((2, 3), -1), np.full((2, 3), NAN))[1]).all()
