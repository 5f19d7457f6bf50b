"""Descriptors of several networks as one, whitened, a block of images at a time: short rows of however many images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness import ImageSet
from solutions.descriptors.ensemble import LARGE, MIDDLE, SMALL, described
from solutions.descriptors.extractors.corner_crops import Cuts
from solutions.descriptors.extractors.multiscale import Views
from solutions.descriptors.whitening.whitening import POWER, Whitening, pca_whitening

# Three networks err in three ways: GAP on train images of monuments held out in turn .929 by the cuts of one, .936 with
# a second one's wholes beside them, .948 by these, which take 2.8 times as long.
ALL_CUT = tuple(Cuts(name, side, ("gem_2", "rgem")) for name, side in ((SMALL, 384), (MIDDLE, 384), (LARGE, 512)))

LEARNT_FROM = 8192  # images, at most
_AT_ONCE = 4096  # images whose unwhitened descriptors are in memory at once
_ROWS = 256  # multiplied at a time, always so many: the same to the bit in any company


def learnt_whitening(sets: Sequence[ImageSet], views: Sequence[Views], dims: int, power: float = POWER) -> Whitening:
    """Return the whitening learnt from all images of these sets, of more than 8 192 from so many, evenly taken."""
    share = min(1.0, LEARNT_FROM / max(1, sum(map(len, sets))))
    some = [images[evenly(len(images), round(share * len(images)))] for images in sets]
    return pca_whitening(sets[0], np.vstack([described(images, views) for images in some]), dims, power=power)


def whitened(images: ImageSet, views: Sequence[Views], whitening: Whitening) -> np.ndarray:
    """Return the whitened descriptors `(n, dims)` float32 of length one; NaN where no image was read."""
    blocks = [images[start : start + _AT_ONCE] for start in range(0, len(images), _AT_ONCE)]
    found = [whitening(described(each, views)) for each in blocks]
    return np.concatenate([np.zeros((0, whitening.projection.shape[1]), np.float32), *found])


def product(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return `rows @ matrix` `(n, e)`, each row the same to the bit whatever rows it comes with.

    >>> product(np.eye(2), np.array([[1.0, 2], [3, 4]])).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    found = np.empty((len(rows), matrix.shape[1]))
    for start in range(0, len(rows), _ROWS):
        part = rows[start : start + _ROWS]
        block = np.zeros((_ROWS, rows.shape[1]))
        block[: len(part)] = part
        found[start : start + _ROWS] = (block @ matrix)[: len(part)]
    return found


def evenly(n: int, count: int) -> np.ndarray:
    """Return `count` of n places, evenly taken, all where there are no more.

    >>> evenly(7, 3).tolist(), evenly(2, 3).tolist()
    ([0, 3, 6], [0, 1])
    """
    return np.unique(np.linspace(0, n - 1, min(n, count)).round().astype(int))
