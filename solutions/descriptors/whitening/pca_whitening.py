"""PCA whitening: centre descriptors, rotate them to their principal axes, and scale each axis by its variance.

Sources: Jégou, Chum, Negative evidences and co-occurences in image retrieval, 2012; shrinkage and power after
Mukundan et al., Understanding and improving kernel local descriptors, 2018.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness import HarnessError, ImageSet, fitted
from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.whitening.pca import PrincipalAxes, principal_axes

POWER = 0.25  # as in dirtorch; 0 only rotates, 0.5 makes all variances equal
_ROWS = 256  # in a block, always filled up, so that a row is the same to the bit in any batch


@dataclass(frozen=True, eq=False)
class Whitening:
    """A linear map: `mean` `(d,)` and `projection` `(d, dims)`, float64."""

    mean: np.ndarray
    projection: np.ndarray

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Return descriptors `(n, d)` whitened and L2-normalised, `(n, dims)` float32; NaN stays NaN.

        They are computed in float64 and then rounded, so a row does not depend on the rows around it.

        >>> Whitening(np.array([1.0, 0]), np.diag([1.0, 2]))(np.array([[4.0, 2], [1, 0]])).round(3).tolist()
        [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
        """
        whitened = np.empty((len(rows), self.projection.shape[1]), np.float32)
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            block = np.zeros((_ROWS, len(self.mean)))
            block[: len(part)] = part - self.mean
            whitened[start : start + _ROWS] = l2_normalise(block @ self.projection)[: len(part)]
        return whitened


def whiten(rows: np.ndarray, whitening: Whitening | None) -> np.ndarray:
    """Return the whitened rows, or the rows themselves without a whitening."""
    return whitening(rows) if whitening else rows


def learn_pca_whitening(
    images: ImageSet, rows: np.ndarray, dims: float = 192, shrinkage: float = 0.0, power: float = POWER
) -> Whitening:
    """Return the whitening learned from descriptors `(n, d)` of these images; cached.

    `dims` is a number of axes, or below 1 the share of the variance that they hold. A `shrinkage` from 0 to 1 moves
    the variances towards their mean. Axes are divided by the variances to the `power`; 0 only rotates. Rows with NaN
    are left out. There are fewer dimensions if the rows span fewer; without any variance the whitening is the identity.
    Learn from an index with distractors rather than from landmarks only, whose differences should stay. mAP of train
    images as queries to each other, of GeM (2) by lite0 at 384 pixels, learned from the index of monuments; .587
    without whitening:

    | power | 64 | 128 | 256 | 512 dimensions |
    |---|---|---|---|---|
    | .25 | | .629 | .628 | .603 |
    | .5 | .610 | .606 | .577 | |

    Raises HarnessError for values out of range.
    """
    if not (dims > 0 and (dims < 1 or dims == int(dims)) and 0 <= shrinkage <= 1 and 0 <= power < np.inf):
        raise HarnessError(
            f"whitening to {dims} dimensions with shrinkage {shrinkage} and power {power} is impossible; give a whole "
            "number of dimensions or a share of the variance below 1, a shrinkage from 0 to 1 and a power from 0"
        )
    parts = fitted(fit_whitening, images, rows, float(dims), float(shrinkage), float(power))
    return Whitening(parts["mean"], parts["projection"])


def fit_whitening(
    images: ImageSet,  # noqa: ARG001 (its store holds the cache)
    rows: np.ndarray,
    dims: float,
    shrinkage: float,
    power: float,
) -> Mapping[str, np.ndarray]:
    """Return `mean` and `projection`."""
    axes = principal_axes(rows, None if dims < 1 else int(dims))
    if not len(axes.variances):
        return {"mean": np.zeros(rows.shape[1]), "projection": np.eye(rows.shape[1])}
    return {"mean": axes.mean, "projection": scale_axes(axes, dims, shrinkage, power)}


def scale_axes(axes: PrincipalAxes, dims: float, shrinkage: float, power: float) -> np.ndarray:
    """Return the axes `(d, dims)`, each divided by its shrunk variance to the power."""
    count = int(dims) if dims >= 1 else int(np.searchsorted(axes.variances.cumsum(), dims * axes.total)) + 1
    shrunk = (1 - shrinkage) * axes.variances + shrinkage * axes.total / len(axes.mean)
    return np.asarray((axes.directions / shrunk**power)[:, :count])
