"""Log-magnitudes of the two-dimensional Fourier transform of an image, and three descriptors of them.

Magnitudes are invariant to cyclic shifts of the image and to rotation by 180 degrees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from harness import Extractor

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


def log_magnitudes(images: np.ndarray, *, window: bool = True) -> Numbers:
    """Return ln(1 + magnitude) of the frequencies of square images (n, side, side): (n, side, side // 2 + 1) float64.

    Row u and column v are cycles per image down and to the right; rows from side / 2 on stand for u - side. The other
    half is symmetric. The mean grey value is subtracted first. `window` applies a Hann window, without which the
    borders count as edges. Scaling follows numpy.fft.
    """
    from scipy.fft import rfft2  # takes longer to import than all other modules of a run

    side = images.shape[-1]
    fading = np.outer(np.hanning(side), np.hanning(side)) if window else np.ones((side, side))
    weighted = (images * fading).reshape(len(images), -1)
    means = weighted.sum(axis=1) / fading.sum()
    return np.asarray(np.log1p(np.abs(rfft2((images - means[:, None, None]) * fading))))


@dataclass(frozen=True)
class FourierSpectra(Extractor):
    """Extracts float32 rows of log-magnitudes minus their mean, which is the contrast of the image.

    There are three arrays:

    * block: all frequencies up to `frequencies` down and to the right;
    * polar: means over rings of frequency, divided into sectors of direction;
    * rings: means over whole rings, invariant to rotation by 90 degrees.

    Rings and sectors divide the frequencies below side / 2 evenly; empty bins are left out.
    """

    side: int = 64
    frequencies: int = 16
    rings: int = 16
    sectors: int = 16
    window: bool = True
    libraries: ClassVar[tuple[str, ...]] = ("scipy",)

    def describe(self, images: np.ndarray) -> Mapping[str, np.ndarray]:
        magnitudes = log_magnitudes(images, window=self.window).reshape(len(images), -1)
        return {
            "block": _subtract_mean(magnitudes[:, _block(self.side, self.frequencies)]),
            "polar": _subtract_mean(_bin_means(magnitudes, *_bins(self.side, self.rings, self.sectors))),
            "rings": _subtract_mean(_bin_means(magnitudes, *_bins(self.side, self.rings, 1))),
        }


def _subtract_mean(rows: Numbers) -> npt.NDArray[np.float32]:
    rows = np.ascontiguousarray(rows)
    return np.asarray(rows - rows.mean(axis=1, keepdims=True), np.float32)


def _bin_means(magnitudes: Numbers, indices: Indices, starts: Indices) -> Numbers:
    """Return the means of the magnitudes at the indices from each start to the next one."""
    chosen = np.ascontiguousarray(magnitudes[:, indices])
    return np.asarray(np.add.reduceat(chosen, starts, axis=1) / np.diff(starts, append=len(indices)))


@cache
def _block(side: int, frequencies: int) -> Indices:
    """Return the indices of the frequencies of a block in a flattened half plane, each of two equal ones once."""
    down, right = _frequencies(side)
    return np.flatnonzero(_is_unique(down, right) & (np.maximum(np.abs(down), right) <= frequencies))


@cache
def _bins(side: int, rings: int, sectors: int) -> tuple[Indices, Indices]:
    """Return the indices of the frequencies of all bins, bin by bin, and where each bin starts."""
    down, right = _frequencies(side)
    radius = np.hypot(down, right)
    ring = (radius * rings / (side // 2)).astype(int)
    sector = (np.arctan2(down, right) % np.pi * sectors / np.pi).astype(int) % sectors
    inside = np.flatnonzero(_is_unique(down, right) & (radius < side // 2))
    bins = (ring * sectors + sector)[inside]
    order = np.argsort(bins, kind="stable")
    return inside[order], np.unique(bins[order], return_index=True)[1]


def _frequencies(side: int) -> tuple[Indices, Indices]:
    """Return cycles per image down and to the right of each index of a flattened half plane."""
    down, right = np.indices((side, side // 2 + 1)).reshape(2, -1)
    return np.where(down < side / 2, down, down - side), right


def _is_unique(down: Indices, right: Indices) -> npt.NDArray[np.bool_]:
    """Return a mask without the mean and without one of each two equal frequencies."""
    return np.asarray((right > 0) | (down > 0))
