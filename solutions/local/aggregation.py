"""Aggregation of local descriptors: for each visual word of an image one vector of residuals, or its signs.

Source: Tolias, Avrithis, Jégou, Image search with selective match kernels, 2016: ASMK and ASMK*.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solutions.local.codebook import Codebook

_EPSILON = np.float32(1e-6)  # as the authors' implementation has it


@dataclass(frozen=True, eq=False)
class Aggregates:
    """The unique visual words of images with a code each, sorted by image and then by word.

    Codes are `(n, d)` float32, or bits packed into `(n, ceil(d / 64))` uint64.
    """

    images: np.ndarray  # (n,) int32
    words: np.ndarray  # (n,) int32
    codes: np.ndarray

    def __len__(self) -> int:
        return len(self.words)


def aggregate(
    vectors: np.ndarray, images: np.ndarray, codebook: Codebook, *, binary: bool, assignments: int = 1
) -> Aggregates:
    """Return the aggregates of vectors `(n, d)`; `images` `(n,)`, ascending, is the image of each vector.

    Each vector is assigned to its `assignments` nearest words; its residuals from their centroids are summed for each
    word of each image. The sums are normalised to length one (ASMK), or binarised by their signs (ASMK*). A sum of zero
    stays zero, or is a code without set bits.

    >>> words = Codebook(np.array([[0, 0], [10, 10]], np.float32))
    >>> two = aggregate(np.array([[1, 0.5], [0.5, 1], [11, 10]]), np.zeros(3, int), words, binary=True)
    >>> two.words.tolist(), two.codes.tolist()
    ([0, 1], [[3], [1]])
    """
    words = codebook.words(vectors, assignments)
    rows, nth = np.nonzero(words >= 0)
    images, words = images[rows].astype(np.int32), words[rows, nth]
    order = np.lexsort((words, images))
    rows, images, words = rows[order], images[order], words[order]
    first = np.flatnonzero((np.diff(images, prepend=-1) != 0) | (np.diff(words, prepend=-1) != 0))
    residuals = vectors[rows].astype(np.float32) - codebook.centroids[words]
    sums = np.add.reduceat(residuals, first) if len(first) else residuals
    return Aggregates(images[first], words[first], pack_signs(sums) if binary else normalise(sums))


def normalise(sums: np.ndarray) -> np.ndarray:
    """Return vectors `(n, d)` float32 of length one; zero stays zero."""
    return np.asarray(sums / (np.linalg.norm(sums, axis=1, keepdims=True) + _EPSILON))


def pack_signs(sums: np.ndarray) -> np.ndarray:
    """Return which numbers of vectors `(n, d)` are above 0, a bit each: `(n, ceil(d / 64))` uint64.

    Bits beyond d are 0.

    >>> pack_signs(np.array([[0.5, 0, -1, 2]])).tolist()
    [[9]]
    """
    n, d = sums.shape
    octets = np.zeros((n, -(-d // 64) * 8), np.uint8)
    octets[:, : -(-d // 8)] = np.packbits(sums > 0, axis=1, bitorder="little")
    return octets.view("<u8").astype(np.uint64, copy=False)
