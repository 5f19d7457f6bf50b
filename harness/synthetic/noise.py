"""Fields of noise, made once a process: clouds, stains, foliage and the grain of a sensor."""

from functools import cache
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]  # (height, width, channels), RGB or RGBA
Field: TypeAlias = NDArray[np.float32]  # (height, width)

SIDE = 512  # pixels; every field repeats after as many


@cache
def clouds() -> Field:
    """Fractal noise in [0, 1], mean one half, (2 SIDE, 2 SIDE), seamless."""
    rng = np.random.default_rng(1)
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :])
    frequency[0, 0] = np.inf
    field = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(SIDE, SIDE))) / frequency**1.5)
    field = np.clip(0.5 + 0.22 * field / field.std(), 0, 1)
    return np.tile(field, (2, 2)).astype(np.float32)


@cache
def grain() -> Image:
    """Gaussian noise, mean 128 and deviation 32, (2 SIDE, 2 SIDE, 3)."""
    noise = np.random.default_rng(2).normal(128, 32, size=(SIDE, SIDE, 3))
    return np.tile(noise, (2, 2, 1)).clip(0, 255).astype(np.uint8)


def cut_grain(rng: np.random.Generator, height: int, width: int) -> Image:
    """A random part of the grain, (height, width, 3)."""
    return resized(grain()[_window(rng, height, width)], width, height)


def cut_clouds(rng: np.random.Generator, height: int, width: int, zoom: float = 1.0) -> Field:
    """A random part of the clouds, (height, width) in [0, 1], each ``zoom`` times as large as it is in the field."""
    part = clouds()[_window(rng, round(height / zoom), round(width / zoom))]
    return cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]


def _window(rng: np.random.Generator, height: int, width: int) -> tuple[slice, slice]:
    """A random place in a field, no larger than what repeats."""
    top, left = rng.integers(SIDE, size=2).tolist()
    return slice(top, top + min(SIDE, max(2, height))), slice(left, left + min(SIDE, max(2, width)))


def resized(picture: Image, width: int, height: int, interpolation: int = cv2.INTER_LINEAR) -> Image:
    """The picture at another size."""
    return cv2.resize(picture, (width, height), interpolation=interpolation)  # type: ignore[return-value]
