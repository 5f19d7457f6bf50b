"""Regions whitened one by one before they are summed: R-MAC as it was published.

Source: Tolias, Sicre, Jégou, Particular object retrieval with integral max-pooling of CNN activations, 2016.
"""

import numpy as np

from harness import ImageSet, Ragged
from solutions.descriptors.pooling.pooling import unit
from solutions.descriptors.whitening.whitening import POWER, Whitening, pca_whitening

LEARNT_FROM = 1000  # images, at most
_IMAGES = 64  # at a time


def region_whitening(
    images: ImageSet, regions: Ragged, dims: float = 512, shrinkage: float = 0.0, power: float = POWER
) -> Whitening:
    """Return the whitening learnt from all regions of these images, from the store or now; see `pca_whitening`.

    Of more than a thousand images so many are taken, evenly.
    """
    taken = np.unique(np.linspace(0, len(regions) - 1, min(len(regions), LEARNT_FROM)).round().astype(int))
    rows = np.concatenate([np.zeros((0, *regions.rows.shape[1:]), np.float32), *(regions[each] for each in taken)])
    return pca_whitening(images, rows, dims, shrinkage, power)


def summed_regions(regions: Ragged, whitening: Whitening) -> np.ndarray:
    """Return the sum `(n, dims)` float32 of length one of the whitened regions of each image; NaN where none is."""
    summed = np.full((len(regions), whitening.projection.shape[1]), np.nan, np.float32)
    for start in range(0, len(regions), _IMAGES):
        block = [regions[image] for image in range(start, min(start + _IMAGES, len(regions)))]
        whitened = np.split(whitening(np.concatenate(block)), np.cumsum([len(each) for each in block])[:-1])
        for image, rows in enumerate(whitened, start):
            if len(rows):
                summed[image] = rows.sum(axis=0)
    return unit(summed)
