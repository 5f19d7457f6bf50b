"""Perceptual hashes of grey images: five kinds, equal bit for bit to those of imagehash 4.3.2."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pywt
from PIL import Image

from solutions.hashing.hashes.codes import pack_bits

Pixels = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.bool_]
Pictures = Sequence[Image.Image]

SIDE = 8  # of the grid of bits, imagehash's hash_size
_DCT_FACTOR = 4  # pixels for each of the lowest frequencies


def perceptual_hashes(
    images: Sequence[Pixels], kinds: Sequence[str] | None = None, hash_size: int = SIDE
) -> dict[str, npt.NDArray[np.uint64]]:
    """Return the hashes of each kind, (n,) uint64 each, of n grey images, (height, width) uint8 of any sizes.

    The bit of the upper left corner is the highest: `f"{code:016x}"` is imagehash's `str`. With another `hash_size`
    than 8 a hash has as many bits as its square, (n, words) uint64 as `pack_bits` returns them. Pillow resizes, and its
    version affects some bits: from 13.0 on, tall images are resized in another order.

    * average: brighter than the mean of 8 x 8 pixels (imagehash: average_hash);
    * dct: above the median of the 8 x 8 lowest frequencies of 32 x 32 pixels (phash);
    * difference: brighter than the left neighbour, in 9 x 8 pixels (dhash);
    * vertical: brighter than the upper neighbour, in 8 x 9 pixels (dhash_vertical);
    * wavelet: above the median of the 8 x 8 Haar averages of the largest power of two that fits (whash).

    The sizes are those of `hash_size` 8. `kinds` None means all; a wavelet hash needs a power of two as `hash_size`.

    Source: the functions of imagehash 4.3.2 with these names.

    >>> ramp = np.arange(0, 256, 4, dtype=np.uint8).reshape(8, 8)
    >>> {kind: f"{code:016x}" for kind, (code,) in perceptual_hashes([ramp], ["average", "dct", "difference"]).items()}
    {'average': '00000000ffffffff', 'dct': 'a978f478f068f0e8', 'difference': 'ffffffffffffffff'}
    """
    pictures = [Image.fromarray(image) for image in images]
    codes = {kind: pack_bits(_BITS[kind](pictures, hash_size)) for kind in kinds or kinds_of_size(hash_size)}
    return {kind: rows[:, 0] for kind, rows in codes.items()} if hash_size == SIDE else codes


def kinds_of_size(hash_size: int) -> tuple[str, ...]:
    """Return the kinds that can have this size: all, or all but wavelet.

    >>> kinds_of_size(12)
    ('average', 'dct', 'difference', 'vertical')
    """
    return KINDS if hash_size.bit_count() == 1 else tuple(kind for kind in KINDS if kind != "wavelet")


def _resize(picture: Image.Image, width: int, height: int) -> Pixels:
    return np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS))


def _resize_all(pictures: Pictures, width: int, height: int) -> Pixels:
    pixels = np.empty((len(pictures), height, width), np.uint8)
    for row, picture in zip(pixels, pictures, strict=True):
        row[:] = _resize(picture, width, height)
    return pixels


def _above_mean(pictures: Pictures, side: int) -> Bits:
    pixels = _resize_all(pictures, side, side)
    sums = pixels.sum(axis=(1, 2), keepdims=True, dtype=np.int64)
    return np.asarray(pixels.astype(np.int64) * (side * side) > sums)


def _above_median_frequency(pictures: Pictures, side: int) -> Bits:
    """Transform by FFT, as in imagehash: flat images have many frequencies of 0, and rounding decides their bits."""
    from scipy.fft import dct  # takes longer to import than a run with stored hashes to rank

    pixels = _resize_all(pictures, side * _DCT_FACTOR, side * _DCT_FACTOR)
    columns = dct(pixels.astype(np.float64), axis=1)[:, :side]
    frequencies = dct(columns, axis=2)[:, :, :side].reshape(len(pixels), side * side)
    return np.asarray(frequencies > np.median(frequencies, axis=1, keepdims=True))


def _brighter_than_left(pictures: Pictures, side: int) -> Bits:
    pixels = _resize_all(pictures, side + 1, side)
    return pixels[:, :, 1:] > pixels[:, :, :-1]


def _brighter_than_above(pictures: Pictures, side: int) -> Bits:
    pixels = _resize_all(pictures, side, side + 1)
    return pixels[:, 1:] > pixels[:, :-1]


def _above_median_averages(pictures: Pictures, side: int) -> Bits:
    return np.array([_above_median_average(picture, side) for picture in pictures], bool).reshape(-1, side, side)


def _above_median_average(picture: Image.Image, n_blocks: int) -> Bits:
    """Haar averages are block sums: exact, except that rounding decides if the median equals one of them."""
    side = max(n_blocks, 1 << min(picture.size).bit_length() - 1)
    pixels = _resize(picture, side, side)
    block = side // n_blocks
    sums = pixels.reshape(n_blocks, block, n_blocks, block).sum(axis=(1, 3), dtype=np.int64)
    ordered = np.sort(sums, axis=None)
    lower, upper = ordered[len(ordered) // 2 - 1 : len(ordered) // 2 + 1]
    return sums >= upper if lower < upper else _rounded_above_median(pixels, n_blocks)


def _rounded_above_median(pixels: Pixels, n_blocks: int) -> Bits:
    """Return the bits of floating-point wavelets, with the overall average subtracted."""
    levels = len(pixels).bit_length() - 1
    coefficients = pywt.wavedec2(pixels / 255.0, "haar", level=levels)
    coefficients[0] *= 0
    without_average = pywt.waverec2(coefficients, "haar")
    averages = pywt.wavedec2(without_average, "haar", level=levels - (n_blocks.bit_length() - 1))[0]
    return np.asarray(averages > np.median(averages))


_BITS: dict[str, Callable[[Pictures, int], Bits]] = {
    "average": _above_mean,
    "dct": _above_median_frequency,
    "difference": _brighter_than_left,
    "vertical": _brighter_than_above,
    "wavelet": _above_median_averages,
}
KINDS = tuple(_BITS)
