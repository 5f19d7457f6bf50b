import numpy as np
import pytest
from scipy.special import expit

from solutions.landmark_scores.binary_classifier import BinaryClassifier, fit_binary

DRAW = np.random.default_rng(8)
FIRST, SECOND = DRAW.normal(-1, 1, (60, 3)), DRAW.normal(1, 1, (12, 3))


def fit_classifier(first: np.ndarray = FIRST, second: np.ndarray = SECOND) -> BinaryClassifier:
    result = fit_binary(first, second)
    assert result is not None
    return result


def test_two_sets_are_separated_with_equal_weight() -> None:
    sides = fit_classifier()
    assert (sides.probability_of_second(FIRST) < 0.5).mean() > 0.9
    assert (sides.probability_of_second(SECOND) > 0.5).mean() > 0.9
    few = fit_classifier(np.zeros((40, 1)) + DRAW.normal(size=(40, 1)), DRAW.normal(size=(8, 1)))
    assert few.probability_of_second(np.zeros((1, 1)))[0] == pytest.approx(0.5, abs=0.25), (
        "40 against 8 are no argument"
    )


def test_exchanged_sets_give_the_complementary_probability() -> None:
    rows = DRAW.normal(size=(5, 3))
    assert fit_classifier().probability_of_second(rows) + fit_classifier(SECOND, FIRST).probability_of_second(
        rows
    ) == pytest.approx(np.ones(5), abs=1e-4)


def test_the_probability_is_the_logistic_of_a_weighted_sum() -> None:
    sides, row = fit_classifier(), np.array([0.3, -0.2, 0.9])
    total = sum(w * (x - m) / s for w, x, m, s in zip(sides.weights, row, sides.mean, sides.spread, strict=True))
    assert sides.probability_of_second(row[None])[0] == pytest.approx(expit(total + sides.bias))


def test_unreadable_rows_have_no_effect_and_no_probability() -> None:
    broken = np.vstack([FIRST, np.full((3, 3), np.nan)])
    assert fit_classifier(broken).probability_of_second(FIRST) == pytest.approx(
        fit_classifier().probability_of_second(FIRST)
    )
    assert np.isnan(fit_classifier().probability_of_second(broken)[-3:]).all()


@pytest.mark.parametrize("few", [0, 4])
def test_fewer_than_five_images_of_a_set_give_no_classifier(few: int) -> None:
    assert fit_binary(FIRST, SECOND[:few]) is None
    assert fit_binary(FIRST[:few], SECOND) is None
    assert fit_binary(FIRST, SECOND[:5]) is not None


def test_equal_rows_are_accepted() -> None:
    assert fit_classifier(np.ones((6, 3)), np.ones((6, 3))).probability_of_second(np.ones((1, 3))) == pytest.approx(
        [0.5]
    )


def test_many_rows_are_sampled_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solutions.landmark_scores.binary_classifier._MAX_IMAGES", 20)
    assert fit_classifier().probability_of_second(FIRST) == pytest.approx(
        fit_classifier(FIRST[::3]).probability_of_second(FIRST)
    )
