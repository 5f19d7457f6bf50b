import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.special import log_softmax

from harness import HarnessError
from solutions.training.logistic_head import _check_memory, softmax_regression


def loss(flat: np.ndarray, rows: np.ndarray, classes: np.ndarray, shares: np.ndarray, decay: float) -> float:
    """Mean cross-entropy image by image, with the decay of the weights."""
    table = flat.reshape(rows.shape[1] + 1, -1)
    total = 0.0
    for row, label, share in zip(rows, classes, shares, strict=True):
        total -= share * log_softmax(row @ table[:-1] + table[-1])[label]
    return total + decay / 2 * float((table[:-1] ** 2).sum())


@pytest.mark.parametrize("decay", [0.5, 0.01])
def test_the_loss_has_a_minimum_in_all_directions(decay: float) -> None:
    draw = np.random.default_rng(3)
    rows, classes = draw.normal(size=(12, 4)), np.array([0, 1, 2] * 4)
    shares = draw.random(12)
    shares /= shares.sum()
    weights, bias = softmax_regression(rows, classes, shares, decay)
    flat = np.vstack([weights, bias]).ravel()
    slope = approx_fprime(flat, loss, 1e-7, rows, classes, shares, decay)
    assert np.abs(slope).max() < 1e-3
    assert loss(flat, rows, classes, shares, decay) < loss(np.zeros_like(flat), rows, classes, shares, decay)


def test_constant_rows_give_the_weights_as_probabilities() -> None:
    classes = np.array([0, 0, 0, 1])
    _, bias = softmax_regression(np.zeros((4, 2)), classes, np.full(4, 0.25), 1.0)
    assert np.exp(log_softmax(bias)).tolist() == pytest.approx([0.75, 0.25], abs=1e-4)


def test_more_weight_decay_gives_smaller_weights() -> None:
    rows, classes = np.array([[1.0], [-1.0]]), np.array([0, 1])
    small, large = (np.abs(softmax_regression(rows, classes, np.full(2, 0.5), each)[0]).max() for each in (1.0, 0.001))
    assert small < large


def test_too_many_landmarks_for_the_memory_are_refused_in_one_line() -> None:
    _check_memory((60_000, 3840), 100)
    with pytest.raises(HarnessError, match=r"of 15000 landmarks on 60000 images needs 44 GB; choose head='sampled'"):
        _check_memory((60_000, 3840), 15_000)
