"""Log-magnitudes of the two-dimensional Fourier transform of an image, and three descriptors made of them.

A magnitude does not change when the image is shifted around its borders, nor when it is turned by 180 degrees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy.fft import rfft2

from harness import Extractor

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


def log_magnitudes(images: np.ndarray, *, window: bool = True) -> Numbers:
    """Return ln(1 + magnitude) of the frequencies of square images (n, side, side): (n, side, side // 2 + 1) float64.

    Row u and column v are cycles per image down and to the right; rows from side / 2 on stand for u - side. The other
    half is equal: that of -u and -v is that of u and v. The mean grey is taken off first. `window` fades the images to
    their borders (Hann), which otherwise are seen as an edge. No scaling: numpy.fft's convention.
    """
    side = images.shape[-1]
    fading = np.outer(np.hanning(side), np.hanning(side)) if window else np.ones((side, side))
    weighted = (images * fading).reshape(len(images), -1)
    means = weighted.sum(axis=1) / fading.sum()
    return np.asarray(np.log1p(np.abs(rfft2((images - means[:, None, None]) * fading))))


@dataclass(frozen=True)
class FourierSpectra(Extractor):
    """Extracts float32 rows of log-magnitudes less their mean, which is the image's contrast.

    From one transform there are three:

    * block: of all frequencies up to `frequencies` down and to the right;
    * polar: their means in rings of frequency and, there, sectors of direction;
    * rings: their means in rings alone, the same when an image is turned by 90 degrees.

    Rings and sectors divide the frequencies below side / 2 evenly; where no frequency lies, there is no number.
    """

    side: int = 64
    frequencies: int = 16
    rings: int = 16
    sectors: int = 16
    window: bool = True
    libraries: ClassVar[tuple[str, ...]] = ("scipy",)

    def describe(self, images: np.ndarray) -> Mapping[str, np.ndarray]:  # type: ignore[override]
        """Return the three kinds of rows."""
        magnitudes = log_magnitudes(images, window=self.window).reshape(len(images), -1)
        return {
            "block": _level(magnitudes[:, _block(self.side, self.frequencies)]),
            "polar": _level(_means(magnitudes, *_bins(self.side, self.rings, self.sectors))),
            "rings": _level(_means(magnitudes, *_bins(self.side, self.rings, 1))),
        }


def _level(rows: Numbers) -> npt.NDArray[np.float32]:
    rows = np.ascontiguousarray(rows)
    return np.asarray(rows - rows.mean(axis=1, keepdims=True), np.float32)


def _means(magnitudes: Numbers, places: Places, starts: Places) -> Numbers:
    """The means of the magnitudes at the places from each start to the next one."""
    chosen = np.ascontiguousarray(magnitudes[:, places])
    return np.asarray(np.add.reduceat(chosen, starts, axis=1) / np.diff(starts, append=len(places)))


@cache
def _block(side: int, frequencies: int) -> Places:
    """Where the frequencies of a block are in a flattened half plane, each of two equal ones once."""
    down, right = _frequencies(side)
    return np.flatnonzero(_once(down, right) & (np.maximum(np.abs(down), right) <= frequencies))


@cache
def _bins(side: int, rings: int, sectors: int) -> tuple[Places, Places]:
    """Where the frequencies of all bins are, bin by bin, and where among these each bin starts."""
    down, right = _frequencies(side)
    radius = np.hypot(down, right)
    ring = (radius * rings / (side // 2)).astype(int)
    sector = (np.arctan2(down, right) % np.pi * sectors / np.pi).astype(int) % sectors
    inside = np.flatnonzero(_once(down, right) & (radius < side // 2))
    bins = (ring * sectors + sector)[inside]
    order = np.argsort(bins, kind="stable")
    return inside[order], np.unique(bins[order], return_index=True)[1]


def _frequencies(side: int) -> tuple[Places, Places]:
    """Cycles per image down and to the right of each place in a flattened half plane."""
    down, right = np.indices((side, side // 2 + 1)).reshape(2, -1)
    return np.where(down < side / 2, down, down - side), right


def _once(down: Places, right: Places) -> npt.NDArray[np.bool_]:
    """Leaves out the mean and, of the frequencies that are in the half plane twice, one."""
    return np.asarray((right > 0) | (down > 0))
