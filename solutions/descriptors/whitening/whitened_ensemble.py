"""Whitened descriptors of several networks, computed block by block, so that memory does not grow with the index."""

from collections.abc import Sequence

import numpy as np

from harness import ImageSet
from solutions.descriptors.ensemble import LARGE, MIDDLE, SMALL, describe_ensemble
from solutions.descriptors.extractors.corner_crops import CornerCropsExtractor
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor
from solutions.descriptors.whitening.pca_whitening import POWER, Whitening, learn_pca_whitening

# GAP in cross-validation on monuments: .929 by crops of one network, .936 with whole photographs by a second network,
# .948 by these three, which take 2.8 times as long.
CORNER_CROP_VIEWS = tuple(
    CornerCropsExtractor(name, side, ("gem_2", "rgem")) for name, side in ((SMALL, 384), (MIDDLE, 384), (LARGE, 512))
)

MAX_IMAGES = 8192  # to learn from
_BLOCK = 4096  # images whose descriptors are in memory before whitening
_ROWS = 256  # in a block, always filled up, so that a row is the same to the bit in any batch


def learn_ensemble_whitening(
    sets: Sequence[ImageSet], views: tuple[MultiscaleExtractor, ...], dims: int, power: float = POWER
) -> Whitening:
    """Return the whitening learned from at most 8192 evenly spaced images of these sets; cached."""
    share = min(1.0, MAX_IMAGES / max(1, sum(map(len, sets))))
    samples = [images[evenly_spaced(len(images), round(share * len(images)))] for images in sets]
    return learn_pca_whitening(
        sets[0], np.vstack([describe_ensemble(images, views) for images in samples]), dims, power=power
    )


def describe_whitened(images: ImageSet, views: tuple[MultiscaleExtractor, ...], whitening: Whitening) -> np.ndarray:
    """Return the whitened descriptors `(n, dims)` float32, L2-normalised; NaN for images that cannot be read."""
    blocks = [images[start : start + _BLOCK] for start in range(0, len(images), _BLOCK)]
    rows = [whitening(describe_ensemble(block, views)) for block in blocks]
    return np.concatenate([np.zeros((0, whitening.projection.shape[1]), np.float32), *rows])


def stable_matmul(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return `rows @ matrix` `(n, e)`; a row is the same to the bit in any batch.

    >>> stable_matmul(np.eye(2), np.array([[1.0, 2], [3, 4]])).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    product = np.empty((len(rows), matrix.shape[1]))
    for start in range(0, len(rows), _ROWS):
        part = rows[start : start + _ROWS]
        block = np.zeros((_ROWS, rows.shape[1]))
        block[: len(part)] = part
        product[start : start + _ROWS] = (block @ matrix)[: len(part)]
    return product


def evenly_spaced(n: int, count: int) -> np.ndarray:
    """Return `count` evenly spaced positions of n, all of them if there are no more.

    >>> evenly_spaced(7, 3).tolist(), evenly_spaced(2, 3).tolist()
    ([0, 3, 6], [0, 1])
    """
    return np.unique(np.linspace(0, n - 1, min(n, count)).round().astype(int))
