"""Whitening learned from matching pairs: it shrinks differences within landmarks, then keeps the principal axes.

Source: Mikolajczyk, Matas, Improving descriptors for fast tree matching by optimal linear projection, 2007, as
`whitenlearn` of cirtorch. Shrinkage is ours, for directions in which no pair differs.
"""

from collections.abc import Mapping

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from threadpoolctl import threadpool_limits

from harness import HarnessError, ImageSet, fitted
from solutions.descriptors.pairs import matching_pairs
from solutions.descriptors.whitening.pca import principal_axes
from solutions.descriptors.whitening.pca_whitening import Whitening

PAIRS = 50  # of each landmark, at most
_MIN_SHRINKAGE = 1e-9  # against rounding errors


def learn_pair_whitening(
    images: ImageSet, labels: np.ndarray, rows: np.ndarray, dims: int = 256, shrinkage: float = 0.5
) -> Whitening:
    """Return the whitening learned from descriptors `(n, d)` of labelled images; cached.

    `shrinkage` from 0 to 1 moves the covariance within landmarks towards a sphere. Little shrinkage fits the train
    landmarks and harms others; mAP of GeM (2) by lite0 at 384 pixels, of monuments:

    | shrinkage | not whitened | 0.03 | 0.1 | 0.5 |
    |---|---|---|---|---|
    | train landmarks | .586 | .765 | .781 | .757 |
    | other landmarks | .661 | .554 | .606 | .692 |

    Rows with NaN are left out. There are fewer dimensions if the rows span fewer. Raises HarnessError if no two images
    show the same landmark.
    """
    if not (dims >= 1 and 0 <= shrinkage <= 1):
        raise HarnessError(
            f"whitening to {dims} dimensions with shrinkage {shrinkage} is impossible; choose 1 or more, and 0 to 1"
        )
    parts = fitted(fit_pair_whitening, images, labels, rows, int(dims), float(shrinkage))
    return Whitening(parts["mean"], parts["projection"])


def fit_pair_whitening(
    images: ImageSet, labels: np.ndarray, rows: np.ndarray, dims: int, shrinkage: float
) -> Mapping[str, np.ndarray]:
    """Return `mean` and `projection`."""
    readable = np.flatnonzero(~np.isnan(rows).any(axis=1))
    rows = np.asarray(rows[readable], np.float64)
    pairs = matching_pairs(images.ids[readable], labels[readable], PAIRS)
    if not len(pairs):
        raise HarnessError("no two train images that can be read show the same landmark; label more in train.csv")
    mean, projection = pair_projection(rows, pairs, dims, shrinkage)
    return {"mean": mean, "projection": projection}


def pair_projection(rows: np.ndarray, pairs: np.ndarray, dims: int, shrinkage: float) -> tuple[np.ndarray, np.ndarray]:
    """Return mean `(d,)` and projection `(d, dims)` from rows `(n, d)` and positions of pairs `(m, 2)`.

    The mean is that of the first rows of the pairs. Without shrinkage the differences within pairs become white.
    """
    with threadpool_limits(limits=1):
        first, second = rows[pairs[:, 0]], rows[pairs[:, 1]]
        mean = first.mean(axis=0)
        within = (first - second).T @ (first - second) / len(pairs)
        sphere = max(shrinkage, _MIN_SHRINKAGE) * (np.trace(within) / len(within) or 1.0)
        root = cholesky((1 - shrinkage) * within + sphere * np.eye(len(within)), lower=True)
        narrowed = solve_triangular(root, (rows - mean).T, lower=True).T
        between = principal_axes(np.concatenate([narrowed, -narrowed]), dims)  # mean zero
        return mean, solve_triangular(root, between.directions, lower=True, trans="T")
