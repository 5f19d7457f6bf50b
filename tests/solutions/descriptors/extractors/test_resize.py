"""Tests of `solutions.descriptors.extractors.resize`."""

import cv2
import numpy as np

from solutions.descriptors.extractors.resize import resize
from solutions.kernels.area_average import shrink

IMAGE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)


def test_an_image_that_shrinks_or_stays_is_averaged_over_areas() -> None:
    for height, width in ((20, 31), (40, 59), (40, 60)):
        assert np.array_equal(resize(IMAGE, height, width), shrink(IMAGE, height, width))


def test_an_image_that_grows_in_one_direction_is_interpolated() -> None:
    for height, width in ((41, 30), (20, 61), (80, 120)):
        expected = cv2.resize(IMAGE, (width, height), interpolation=cv2.INTER_LINEAR)
        assert np.array_equal(resize(IMAGE, height, width), expected)
        assert np.array_equal(resize(IMAGE[:, ::-1], height, width), resize(IMAGE[:, ::-1].copy(), height, width))
