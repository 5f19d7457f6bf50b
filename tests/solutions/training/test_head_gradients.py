"""Tests of `solutions.training.head_gradients` against differences of the losses, and against the losses in Keras."""

from collections.abc import Iterator

import numpy as np
import pytest

from solutions.training.network_heads import HEADS
from tests.back_ends import require_back_end

K, D, N = 7, 4, 9
RANDOM = np.random.default_rng(5)
ROWS = RANDOM.normal(size=(N, D))
CLASSES = RANDOM.integers(0, K, N).astype(np.int32)
SHARES = RANDOM.uniform(0.5, 2, N) / N
NEGATIVES = {"negatives": np.array([0, 3, 3, 6], np.int32), "log_expected": np.log([0.5, 0.3, 0.3, 0.6])}
STEP = 1e-6


def head_arrays(name: str, dtype: type = np.float64) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return random trained arrays of a head, and its fixed ones."""
    trained, fixed = HEADS[name].initialise(RANDOM.normal(size=(K, D)), np.arange(1, K + 1))
    arrays = {each: np.random.default_rng(1).normal(size=array.shape).astype(dtype) for each, array in trained.items()}
    return arrays, {**fixed, **(NEGATIVES if name == "sampled" else {})}


def differences(name: str, rows: np.ndarray, arrays: dict[str, np.ndarray], which: np.ndarray) -> Iterator[float]:
    """Yield the derivative of the total loss by each number of an array, which is changed in place meanwhile."""
    for place in np.ndindex(which.shape):
        totals = []
        for step in (STEP, -2 * STEP):
            which[place] += step
            totals.append(float(HEADS[name].gradients(rows, CLASSES, arrays, SHARES)[0] @ SHARES))
        which[place] += STEP
        yield (totals[0] - totals[1]) / (2 * STEP)


@pytest.mark.parametrize("name", HEADS)
def test_gradients_are_the_slopes_of_the_losses(name: str) -> None:
    trained, fixed = head_arrays(name)
    rows, arrays = ROWS.copy(), {**trained, **fixed}
    _, by_rows, by_arrays = HEADS[name].gradients(rows, CLASSES, arrays, SHARES)
    assert by_rows.ravel() == pytest.approx(list(differences(name, rows, arrays, rows)), abs=1e-6)
    assert by_arrays.keys() == trained.keys()
    for each, gradient in by_arrays.items():
        assert gradient.shape == trained[each].shape
        assert gradient.ravel() == pytest.approx(list(differences(name, rows, arrays, trained[each])), abs=1e-6)


@pytest.mark.parametrize("name", HEADS)
def test_losses_are_those_in_keras(name: str) -> None:
    require_back_end()
    from solutions.descriptors.networks.keras_backend import load_keras

    load_keras()
    trained, fixed = head_arrays(name, np.float32)
    rows = ROWS.astype(np.float32)
    expected = np.asarray(HEADS[name].loss(rows, CLASSES, trained, fixed))
    losses = HEADS[name].gradients(rows, CLASSES, {**trained, **fixed}, SHARES)[0]
    assert losses == pytest.approx(expected, abs=1e-5)


def test_beyond_half_a_turn_arcface_still_has_a_slope() -> None:
    weights, rows = np.array([[-1.0, 0.01], [1.0, 0.5]]), np.array([[1.0, 0.0]])
    _, by_rows, _ = HEADS["arcface"].gradients(rows, np.array([0]), {"weights": weights}, np.ones(1))
    assert np.abs(by_rows).max() > 1


@pytest.mark.parametrize("name", ["arcface", "arcface_softmax", "triplet", "contrastive"])
def test_equal_rows_and_weights_have_finite_gradients(name: str) -> None:
    rows, classes = np.ones((3, D), np.float32), np.array([0, 0, 1])
    trained, fixed = HEADS[name].initialise(np.ones((2, D), np.float32), np.array([2, 1]))
    _, by_rows, by_arrays = HEADS[name].gradients(rows, classes, {**trained, **fixed}, np.ones(3, np.float32))
    assert all(np.isfinite(each).all() for each in (by_rows, *by_arrays.values()))


def test_a_batch_of_one_landmark_has_no_triplets() -> None:
    losses, by_rows, _ = HEADS["triplet"].gradients(ROWS, np.zeros(N, np.int32), {}, SHARES)
    assert not losses.any()
    assert not by_rows.any()
