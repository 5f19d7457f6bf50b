"""Noise fields, computed once per process (fractal noise for clouds and foliage; sensor grain), and resizing."""

from functools import cache
from typing import TypeAlias

import cv2
import numpy as np

Image: TypeAlias = np.ndarray  # (height, width, channels) uint8, RGB or RGBA; OpenCV returns arrays without a dtype
Field: TypeAlias = np.ndarray  # (height, width) float32

SIDE = 512  # pixels; the period of every field


@cache
def cloud_field() -> Field:
    """Return periodic fractal noise in [0, 1] with mean one half, (2 SIDE, 2 SIDE)."""
    rng = np.random.default_rng(1)
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :])
    frequency[0, 0] = np.inf
    field = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(SIDE, SIDE))) / frequency**1.5)
    field = np.clip(0.5 + 0.22 * field / field.std(), 0, 1)
    return np.tile(field, (2, 2)).astype(np.float32)


@cache
def grain_field() -> Image:
    """Return Gaussian noise with mean 128 and standard deviation 32, (2 SIDE, 2 SIDE, 3)."""
    noise = np.random.default_rng(2).normal(128, 32, size=(SIDE, SIDE, 3))
    return np.tile(noise, (2, 2, 1)).clip(0, 255).astype(np.uint8)


def sample_grain(rng: np.random.Generator, height: int, width: int) -> Image:
    """Return a random part of the grain, (height, width, 3)."""
    return resize(grain_field()[_random_window(rng, height, width)], width, height)


def sample_clouds(rng: np.random.Generator, height: int, width: int, zoom: float = 1.0) -> Field:
    """Return a random part of the clouds enlarged by `zoom`, (height, width) in [0, 1]."""
    part = cloud_field()[_random_window(rng, round(height / zoom), round(width / zoom))]
    return cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)


def _random_window(rng: np.random.Generator, height: int, width: int) -> tuple[slice, slice]:
    """Return the slices of a random window, at most one period large."""
    top, left = rng.integers(SIDE, size=2).tolist()
    return slice(top, top + min(SIDE, max(2, height))), slice(left, left + min(SIDE, max(2, width)))


def resize(picture: Image, width: int, height: int, interpolation: int = cv2.INTER_LINEAR) -> Image:
    """Resize a picture."""
    return cv2.resize(picture, (width, height), interpolation=interpolation)


def scale_channels(picture: Image, factors: tuple[float, ...]) -> Image:
    """Multiply each channel by its factor, of which there are four even where there are three channels."""
    return cv2.multiply(picture, factors)  # type: ignore[call-overload, no-any-return]  # OpenCV's types know no scalars
