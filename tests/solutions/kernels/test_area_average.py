"""Tests of `solutions.kernels.area_average`: against a slow twin and OpenCV, for any view of an image."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.kernels.area_average import shrink

SHAPES = [((9, 7), (9, 7)), ((9, 7), (4, 3)), ((30, 40), (15, 20)), ((37, 61), (1, 1)), ((64, 50), (63, 49))]


def overlap(part: int, length: int, side: int, pixel: int) -> float:
    """Return how much of a pixel lies in one of `side` equal parts of a length."""
    return max(0.0, min((part + 1) * length / side, pixel + 1) - max(part * length / side, pixel))


def slow_shrink(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the means, not rounded."""
    rows = [[overlap(part, len(image), height, row) for row in range(len(image))] for part in range(height)]
    columns = [[overlap(part, image.shape[1], width, x) for x in range(image.shape[1])] for part in range(width)]
    sums = np.einsum("yh,xw,hwc->yxc", np.array(rows), np.array(columns), image.astype(float))
    return np.asarray(sums / (len(image) / height * image.shape[1] / width))


def random_image(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * 1000 + width).integers(0, 256, (height, width, 3), np.uint8)


def assert_agrees(image: np.ndarray, height: int, width: int) -> None:
    small = shrink(image, height, width)
    assert small.shape == (height, width, 3)
    assert small.dtype == np.uint8
    assert np.abs(small - slow_shrink(image, height, width)).max() <= 0.501


@pytest.mark.parametrize(("shape", "size"), SHAPES)
def test_a_pixel_is_the_rounded_mean_of_the_area_that_it_covers(shape: tuple[int, int], size: tuple[int, int]) -> None:
    assert_agrees(random_image(*shape), *size)


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[st.integers(1, 40)] * 4))
def test_any_size_agrees_with_the_slow_twin(sides: tuple[int, int, int, int]) -> None:
    height, width = max(sides[:2]), max(sides[2:])
    assert_agrees(random_image(height, width), min(sides[:2]), min(sides[2:]))


@pytest.mark.parametrize(("shape", "size"), SHAPES)
def test_it_differs_from_opencv_by_rounding_only(shape: tuple[int, int], size: tuple[int, int]) -> None:
    image = random_image(*shape)
    theirs = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(shrink(image, *size).astype(int) - theirs).max() <= 1


def test_white_stays_white_and_an_image_of_this_size_stays_the_same() -> None:
    assert (shrink(np.full((341, 513, 3), 255, np.uint8), 224, 224) == 255).all()
    assert np.array_equal(shrink(random_image(20, 30), 20, 30), random_image(20, 30))


def test_a_view_gives_the_same_bits_as_its_copy() -> None:
    image = random_image(50, 60)
    image.flags.writeable = False
    views = [image[3:41, 5:48], image[:, ::-1], image[::-1], np.rot90(image), image[::2, ::3], image[12:, 17:]]
    for view in views:
        assert np.array_equal(shrink(view, 20, 19), shrink(view.copy(), 20, 19))


def test_an_image_is_never_enlarged_and_has_three_channels_of_bytes() -> None:
    for size in ((10, 9), (9, 10), (0, 9)):
        with pytest.raises(ValueError, match="cannot be averaged"):
            shrink(random_image(9, 9), *size)
    for image in (np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3), np.float32)):
        with pytest.raises(ValueError, match="it must have 3 of uint8"):
            shrink(image, 5, 5)
