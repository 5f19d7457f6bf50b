"""Regions whitened before they are summed: R-MAC as published.

Source: Tolias, Sicre, Jégou, Particular object retrieval with integral max-pooling of CNN activations, 2016.
"""

import numpy as np

from harness import ImageSet, Ragged
from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.whitening.pca_whitening import POWER, Whitening, learn_pca_whitening

MAX_IMAGES = 1000  # to learn from
_BLOCK = 64  # images at a time


def learn_region_whitening(
    images: ImageSet, regions: Ragged, dims: float = 512, shrinkage: float = 0.0, power: float = POWER
) -> Whitening:
    """Return the whitening learned from all regions of at most 1000 evenly spaced images; cached.

    See `learn_pca_whitening`.
    """
    sample = np.unique(np.linspace(0, len(regions) - 1, min(len(regions), MAX_IMAGES)).round().astype(int))
    rows = np.concatenate([np.zeros((0, *regions.rows.shape[1:]), np.float32), *(regions[image] for image in sample)])
    return learn_pca_whitening(images, rows, dims, shrinkage, power)


def sum_whitened_regions(regions: Ragged, whitening: Whitening) -> np.ndarray:
    """Return the L2-normalised sum of the whitened regions of each image `(n, dims)` float32; NaN without regions."""
    summed = np.full((len(regions), whitening.projection.shape[1]), np.nan, np.float32)
    for start in range(0, len(regions), _BLOCK):
        block = [regions[image] for image in range(start, min(start + _BLOCK, len(regions)))]
        whitened = np.split(whitening(np.concatenate(block)), np.cumsum([len(rows) for rows in block])[:-1])
        for image, rows in enumerate(whitened, start):
            if len(rows):
                summed[image] = rows.sum(axis=0)
    return l2_normalise(summed)
