"""What tells two sets of descriptors apart."""

import numpy as np
import pytest
from scipy.special import expit

from solutions.landmark_scores.binary_classifier import BinaryClassifier, fit_binary

DRAW = np.random.default_rng(8)
FIRST, SECOND = DRAW.normal(-1, 1, (60, 3)), DRAW.normal(1, 1, (12, 3))


def learnt(first: np.ndarray = FIRST, second: np.ndarray = SECOND) -> BinaryClassifier:
    found = fit_binary(first, second)
    assert found is not None
    return found


def test_both_sides_are_told_apart_and_weigh_alike() -> None:
    sides = learnt()
    assert (sides.probability_of_second(FIRST) < 0.5).mean() > 0.9
    assert (sides.probability_of_second(SECOND) > 0.5).mean() > 0.9
    few = learnt(np.zeros((40, 1)) + DRAW.normal(size=(40, 1)), DRAW.normal(size=(8, 1)))
    assert few.probability_of_second(np.zeros((1, 1)))[0] == pytest.approx(0.5, abs=0.25), (
        "40 against 8 are no argument"
    )


def test_the_sides_exchanged_give_the_other_probability() -> None:
    rows = DRAW.normal(size=(5, 3))
    assert learnt().probability_of_second(rows) + learnt(SECOND, FIRST).probability_of_second(rows) == pytest.approx(
        np.ones(5), abs=1e-4
    )


def test_the_probability_is_the_logistic_of_a_weighted_sum() -> None:
    sides, row = learnt(), np.array([0.3, -0.2, 0.9])
    total = sum(w * (x - m) / s for w, x, m, s in zip(sides.weights, row, sides.mean, sides.spread, strict=True))
    assert sides.probability_of_second(row[None])[0] == pytest.approx(expit(total + sides.bias))


def test_rows_that_could_not_be_read_teach_nothing_and_are_told_nothing() -> None:
    broken = np.vstack([FIRST, np.full((3, 3), np.nan)])
    assert learnt(broken).probability_of_second(FIRST) == pytest.approx(learnt().probability_of_second(FIRST))
    assert np.isnan(learnt().probability_of_second(broken)[-3:]).all()


@pytest.mark.parametrize("few", [0, 4])
def test_from_fewer_than_five_of_a_side_nothing_is_learnt(few: int) -> None:
    assert fit_binary(FIRST, SECOND[:few]) is None
    assert fit_binary(FIRST[:few], SECOND) is None
    assert fit_binary(FIRST, SECOND[:5]) is not None


def test_images_of_one_colour_that_are_all_alike_are_no_trouble() -> None:
    assert learnt(np.ones((6, 3)), np.ones((6, 3))).probability_of_second(np.ones((1, 3))) == pytest.approx([0.5])


def test_of_very_many_rows_some_at_equal_distances_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solutions.landmark_scores.binary_classifier._MOST", 20)
    assert learnt().probability_of_second(FIRST) == pytest.approx(learnt(FIRST[::3]).probability_of_second(FIRST))
