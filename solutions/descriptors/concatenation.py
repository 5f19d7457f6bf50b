"""Descriptors side by side, each with a weight: their cosines are mixed by the squares of the weights.

Source: the write-up of CVSSP & Visual Atoms, first place of the retrieval challenge of 2018.
"""

from collections.abc import Sequence

import numpy as np

from harness import HarnessError
from solutions.descriptors.pooling.pooling import unit

XG_WEIGHTS = (2.0, 1.5, 1.5, 1.5, 1.0, 1.0)  # ResNeXt: REMAP, R-MAC, MAC, SPoC; ResNet: MAC, REMAP


def concatenated(descriptors: Sequence[np.ndarray], weights: Sequence[float] | None = None) -> np.ndarray:
    """Return descriptors `(n, d₁)`, `(n, d₂)`, … side by side `(n, d₁ + d₂ + …)` float32, of length one.

    Each is brought to length one and multiplied by its weight, 1 unless told; where one is NaN the row is NaN. A cosine
    of these is `Σ w² cos / Σ w²`. Raises HarnessError where there is not a weight above 0 for each.

    >>> concatenated([np.array([[0.0, 2]]), np.array([[7.0]])], (2, 1)).astype(float).round(4).tolist()
    [[0.0, 0.8944, 0.4472]]
    """
    told = np.ones(len(descriptors)) if weights is None else np.asarray(weights, float)
    if not len(descriptors) or len(told) != len(descriptors) or not (told > 0).all() or not np.isfinite(told).all():
        raise HarnessError(
            f"{len(descriptors)} descriptors and weights {told.tolist()}; give a weight above 0 for each"
        )
    shares = told / np.linalg.norm(told)
    side_by_side = np.empty((len(descriptors[0]), sum(each.shape[1] for each in descriptors)), np.float32)
    ends = np.cumsum([each.shape[1] for each in descriptors])
    for each, share, end in zip(descriptors, shares, ends, strict=True):
        side_by_side[:, end - each.shape[1] : end] = unit(each) * share
    side_by_side[np.isnan(side_by_side).any(axis=1)] = np.nan
    return side_by_side
