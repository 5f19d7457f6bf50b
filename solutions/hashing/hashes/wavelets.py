"""Wavelet transforms of the three colour channels of an image, and two descriptors of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pywt

from harness import Extractor

CHANNELS = 3
_YIQ = np.array([[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])  # of red, green, blue


def max_levels(side: int, wavelet: str) -> int:
    """Return the largest number of decomposition levels of a square image of this side."""
    return int(pywt.dwt_max_level(side, wavelet))


def yiq_channels(images: np.ndarray) -> npt.NDArray[np.float64]:
    """Return luminance and the two colour differences of YIQ, (n, 3, side, side), of (n, side, side, 3) uint8.

    Luminance is from 0 to 1.
    """
    red, green, blue = (images[..., number] / 255.0 for number in range(CHANNELS))
    return np.stack([r * red + g * green + b * blue for r, g, b in _YIQ], axis=1)


def band_energies(pictures: np.ndarray, wavelet: str, levels: int) -> npt.NDArray[np.float64]:
    """Return mean and standard deviation of each sub-band, (..., 2 * (3 * levels + 1)), of pictures (..., side, side).

    The mean is that of the magnitudes of the coefficients. The average band comes first, then for each level, coarsest
    first, the horizontal, vertical and diagonal details. Borders are periodic, so orthogonal wavelets keep the energy.

    >>> band_energies(np.arange(16.0).reshape(4, 4), "haar", 1).round(4).tolist()
    [15.0, 8.2462, 4.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    """
    average, *details = pywt.wavedec2(pictures, wavelet, mode="periodization", level=levels, axes=(-2, -1))
    bands = [average, *(band for level in details for band in level)]
    flat = [np.ascontiguousarray(band).reshape(*band.shape[:-2], -1) for band in bands]
    return np.stack([number for band in flat for number in (np.abs(band).mean(axis=-1), band.std(axis=-1))], axis=-1)


def largest_terms(pictures: np.ndarray, m: int) -> npt.NDArray[np.int32]:
    """Return the m coefficients of largest magnitude, (..., m) int32, of pictures (..., side, side).

    The coefficients are those of the standard Haar decomposition: all levels of the rows, then of the columns. The one
    at row i and column j is coded as 2 * (i * side + j), plus 1 if it is negative; codes are ascending. The overall
    average, at 0, is left out; of equal magnitudes the first are chosen; 0 stands for a coefficient of zero.

    >>> largest_terms(np.arange(16.0).reshape(4, 4), 3).tolist()
    [9, 17, 25]
    """
    side = pictures.shape[-1]
    both = (pictures.ndim - 2, pictures.ndim - 1)
    transform = pywt.fswavedecn(pictures, "haar", levels=side.bit_length() - 1, axes=both).coeffs
    coefficients = transform.reshape(-1, side * side)
    coefficients[:, 0] = 0
    places = _largest(np.abs(coefficients), m)
    values = np.take_along_axis(coefficients, places, axis=1)
    terms = np.sort(np.where(values == 0, 0, 2 * places + (values < 0)), axis=1)
    return terms.reshape(*pictures.shape[:-2], m).astype(np.int32)


def _largest(numbers: npt.NDArray[np.float64], m: int) -> npt.NDArray[np.intp]:
    """Return the indices of the m largest of each row, (n, m), ascending; of equal ones the first."""
    last = np.partition(numbers, -m, axis=1)[:, [-m]]
    larger, equal = numbers > last, numbers == last
    wanted = m - larger.sum(axis=1, keepdims=True)
    return np.nonzero(larger | (equal & (equal.cumsum(axis=1) <= wanted)))[1].reshape(-1, m)


@dataclass(frozen=True)
class _Wavelets(Extractor):
    side: int = 128  # a power of two
    mode: ClassVar[Literal["L", "RGB"]] = "RGB"
    libraries: ClassVar[tuple[str, ...]] = ("PyWavelets",)


@dataclass(frozen=True)
class WaveletEnergies(_Wavelets):
    """Extracts `band_energies` of the three channels, one after the other: (n, 6 * (3 * levels + 1)) float32."""

    wavelet: str = "db4"
    levels: int = 4

    def describe(self, images: np.ndarray) -> np.ndarray:
        return (
            band_energies(yiq_channels(images), self.wavelet, self.levels).reshape(len(images), -1).astype(np.float32)
        )


@dataclass(frozen=True)
class LargestWavelets(_Wavelets):
    """Extracts `averages` of the three channels, (n, 3) float32, and `terms`, (n, 3 * m) int32.

    Terms are the `largest_terms` of each channel plus its number times 2 * side**2: no channel shares any with another.
    """

    m: int = 60

    def describe(self, images: np.ndarray) -> Mapping[str, np.ndarray]:
        pictures = yiq_channels(images)
        averages = pictures.reshape(len(images), CHANNELS, -1).mean(axis=-1)
        first = 2 * self.side**2 * np.arange(CHANNELS, dtype=np.int32)[:, None]
        terms = (largest_terms(pictures, self.m) + first).reshape(len(images), -1)
        return {"averages": averages.astype(np.float32), "terms": terms}
