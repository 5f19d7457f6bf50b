"""Tests of `solutions.local.attention`.

The gradient equals finite differences, and the trained attention finds informative cells.
"""

import numpy as np
import pytest
from scipy.optimize import check_grad

from harness import HarnessError
from solutions.local.attention import _loss_and_gradient, fit_attention, optimise_attention

DRAW = np.random.default_rng(1)


class Cells:
    """Stands in for an image set whose cells are described."""

    def __init__(self, images: list[np.ndarray]) -> None:
        from harness import Ragged

        ends = np.cumsum([len(each) for each in images])
        self.ragged = Ragged(np.concatenate(images), ends - [len(each) for each in images], ends)

    def describe_ragged(self, extractor: object, name: str) -> object:
        return self.ragged


def test_the_gradient_equals_finite_differences() -> None:
    counts, classes, width, k = np.array([2, 5, 1, 4]), np.array([0, 1, 2, 1]), 4, 3
    cells = DRAW.normal(size=(counts.sum(), width))
    starts = np.cumsum(counts) - counts

    def parts(flat: np.ndarray) -> tuple[float, np.ndarray]:
        table = flat[width + 1 :].reshape(width + 1, k)
        return _loss_and_gradient(cells, counts, starts, classes, flat[: width + 1], table)

    start = DRAW.normal(size=(width + 1) * (k + 1))
    assert check_grad(lambda x: parts(x)[0], lambda x: parts(x)[1], start) < 1e-5


def test_discriminative_cells_weigh_more_than_common_ones() -> None:
    """The first two channels say which of two landmarks it is, the last two are sky and trees, much more frequent."""
    telling, common = np.eye(4)[:2], np.eye(4)[2:]
    images, classes = [], np.arange(40) % 2
    for each in classes:
        cells = np.concatenate([np.tile(telling[each], (2, 1)), common[DRAW.integers(0, 2, 12)]])
        images.append(cells + DRAW.normal(0, 0.05, cells.shape))
    weights, bias = optimise_attention(np.concatenate(images), np.array([len(each) for each in images]), classes)
    saliency = np.logaddexp(0, np.eye(4) @ weights + bias)
    assert saliency[:2].min() > 5 * saliency[2:].max()


def test_images_without_cells_are_ignored_and_two_landmarks_are_needed() -> None:
    images = [DRAW.normal(size=(3, 4)), np.zeros((0, 4)), DRAW.normal(size=(2, 4))]
    fitted = fit_attention(Cells(images), np.array([7, 8, 9]), None)
    without = fit_attention(Cells([images[0], images[2]]), np.array([7, 9]), None)
    assert np.allclose(fitted["weights"], without["weights"])
    with pytest.raises(HarnessError, match="two landmarks or more"):
        fit_attention(Cells(images), np.array([7, 8, 7]), None)
    with pytest.raises(HarnessError, match="two landmarks or more"):
        fit_attention(Cells([images[1]]), np.array([7]), None)
