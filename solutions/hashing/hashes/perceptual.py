"""Perceptual hashes of grey images: five kinds of 64 bits each, equal bit for bit to those of imagehash 4.3.2."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pywt
from PIL import Image
from scipy.fft import dct

Pixels = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.bool_]
Pictures = Sequence[Image.Image]

SIDE = 8  # of the grid of bits
_DCT_SIDE = 32


def perceptual_hashes(
    images: Sequence[Pixels], kinds: Sequence[str] | None = None
) -> dict[str, npt.NDArray[np.uint64]]:
    """Return the hashes of each kind, (n,) uint64 each, of n grey images, (height, width) uint8 of any sizes.

    The bit of the upper left corner is the highest: `f"{code:016x}"` is imagehash's `str`. Pillow resizes, and its
    version affects some bits: from 13.0 on, tall images are resized in another order.

    * average: brighter than the mean of 8 x 8 pixels (imagehash: average_hash);
    * dct: above the median of the 8 x 8 lowest frequencies of 32 x 32 pixels (phash);
    * difference: brighter than the left neighbour, in 9 x 8 pixels (dhash);
    * vertical: brighter than the upper neighbour, in 8 x 9 pixels (dhash_vertical);
    * wavelet: above the median of the 8 x 8 Haar averages of the largest power of two that fits (whash).

    `kinds` None means all. Source: the functions of imagehash 4.3.2 with these names.

    >>> ramp = np.arange(0, 256, 4, dtype=np.uint8).reshape(8, 8)
    >>> {kind: f"{code:016x}" for kind, (code,) in perceptual_hashes([ramp], ["average", "dct", "difference"]).items()}
    {'average': '00000000ffffffff', 'dct': 'a978f478f068f0e8', 'difference': 'ffffffffffffffff'}
    """
    pictures = [Image.fromarray(image) for image in images]
    return {kind: _pack_bits(_BITS[kind](pictures)) for kind in kinds or KINDS}


def _pack_bits(bits: Bits) -> npt.NDArray[np.uint64]:
    octets = np.packbits(bits.reshape(-1, SIDE * SIDE), axis=1)
    return octets.view(">u8")[:, 0].astype(np.uint64)


def _resize(picture: Image.Image, width: int, height: int) -> Pixels:
    return np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS))


def _resize_all(pictures: Pictures, width: int, height: int) -> Pixels:
    pixels = np.empty((len(pictures), height, width), np.uint8)
    for row, picture in zip(pixels, pictures, strict=True):
        row[:] = _resize(picture, width, height)
    return pixels


def _above_mean(pictures: Pictures) -> Bits:
    pixels = _resize_all(pictures, SIDE, SIDE)
    sums = pixels.sum(axis=(1, 2), keepdims=True, dtype=np.int64)
    return np.asarray(pixels.astype(np.int64) * (SIDE * SIDE) > sums)


def _above_median_frequency(pictures: Pictures) -> Bits:
    """Transform by FFT, as in imagehash: flat images have many frequencies of 0, and rounding decides their bits."""
    pixels = _resize_all(pictures, _DCT_SIDE, _DCT_SIDE)
    columns = dct(pixels.astype(np.float64), axis=1)[:, :SIDE]
    frequencies = dct(columns, axis=2)[:, :, :SIDE].reshape(len(pixels), SIDE * SIDE)
    return np.asarray(frequencies > np.median(frequencies, axis=1, keepdims=True))


def _brighter_than_left(pictures: Pictures) -> Bits:
    pixels = _resize_all(pictures, SIDE + 1, SIDE)
    return pixels[:, :, 1:] > pixels[:, :, :-1]


def _brighter_than_above(pictures: Pictures) -> Bits:
    pixels = _resize_all(pictures, SIDE, SIDE + 1)
    return pixels[:, 1:] > pixels[:, :-1]


def _above_median_averages(pictures: Pictures) -> Bits:
    return np.array([_above_median_average(picture) for picture in pictures], bool)


def _above_median_average(picture: Image.Image) -> Bits:
    """Haar averages are block sums: exact, except that rounding decides if the median equals one of them."""
    side = max(SIDE, 1 << min(picture.size).bit_length() - 1)
    pixels = _resize(picture, side, side)
    block = side // SIDE
    sums = pixels.reshape(SIDE, block, SIDE, block).sum(axis=(1, 3), dtype=np.int64)
    ordered = np.sort(sums, axis=None)
    lower, upper = ordered[len(ordered) // 2 - 1 : len(ordered) // 2 + 1]
    return sums >= upper if lower < upper else _rounded_above_median(pixels)


def _rounded_above_median(pixels: Pixels) -> Bits:
    """Return the bits of floating-point wavelets, with the overall average subtracted."""
    levels = len(pixels).bit_length() - 1
    coefficients = pywt.wavedec2(pixels / 255.0, "haar", level=levels)
    coefficients[0] *= 0
    without_average = pywt.waverec2(coefficients, "haar")
    averages = pywt.wavedec2(without_average, "haar", level=levels - (SIDE.bit_length() - 1))[0]
    return np.asarray(averages > np.median(averages))


_BITS: dict[str, Callable[[Pictures], Bits]] = {
    "average": _above_mean,
    "dct": _above_median_frequency,
    "difference": _brighter_than_left,
    "vertical": _brighter_than_above,
    "wavelet": _above_median_averages,
}
KINDS = tuple(_BITS)
