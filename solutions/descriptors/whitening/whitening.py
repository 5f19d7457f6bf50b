"""Whitening: descriptors less their mean, turned to their principal axes, and each axis divided by its spread.

Sources: Jégou, Chum, Negative evidences and co-occurences in image retrieval, 2012; shrinkage and power as knobs after
Mukundan et al., Understanding and improving kernel local descriptors, 2018.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness import HarnessError, ImageSet, fitted
from solutions.descriptors.pooling.pooling import unit
from solutions.descriptors.whitening.pca import Axes, principal_axes

POWER = 0.25  # as dirtorch has it: 0 only turns, 0.5 makes all variances equal
_ROWS = 256  # projected at a time, always so many: the same to the bit in any company


@dataclass(frozen=True, eq=False)
class Whitening:
    """What was learnt: `mean` `(d,)` and `projection` `(d, dims)`, float64."""

    mean: np.ndarray
    projection: np.ndarray

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Return descriptors `(n, d)` whitened, `(n, dims)` float32 of length one; NaN stays NaN, the mean is zero.

        They are computed in float64 and then rounded, so that a row is the same whatever it is computed with.

        >>> Whitening(np.array([1.0, 0]), np.diag([1.0, 2]))(np.array([[4.0, 2], [1, 0]])).round(3).tolist()
        [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
        """
        whitened = np.empty((len(rows), self.projection.shape[1]), np.float32)
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            block = np.zeros((_ROWS, len(self.mean)))
            block[: len(part)] = part - self.mean
            whitened[start : start + _ROWS] = unit(block @ self.projection)[: len(part)]
        return whitened


def pca_whitening(
    images: ImageSet, rows: np.ndarray, dims: float = 192, shrinkage: float = 0.0, power: float = POWER
) -> Whitening:
    """Return the whitening learnt from descriptors `(n, d)` of these images, from the store or now.

    `dims` is a number of axes, or below 1 the share of the variance that they hold. A `shrinkage` from 0 to 1 draws
    the variances to their mean; they are divided out to the `power`, of which 0 only turns. Rows with NaN are left out.
    Fewer dimensions come out where the rows span no more; rows that are all alike, or none, teach nothing: then what
    comes out is what went in. An index with distractors is a better teacher than photographs of landmarks alone, whose
    differences are what should be kept. mAP of train images asked among each other, of GeM (2) by lite0 at 384
    pixels, learnt from the index of monuments; .587 without:

    | power | 64 | 128 | 256 | 512 dimensions |
    |---|---|---|---|---|
    | .25 | | .629 | .628 | .603 |
    | .5 | .610 | .606 | .577 | |

    Raises HarnessError for knobs that say nothing.
    """
    if not (dims > 0 and (dims < 1 or dims == int(dims)) and 0 <= shrinkage <= 1 and 0 <= power < np.inf):
        raise HarnessError(
            f"whitening to {dims} dimensions with shrinkage {shrinkage} and power {power} cannot be; give a whole "
            "number of dimensions or a share of the variance below 1, a shrinkage from 0 to 1 and a power from 0"
        )
    parts = fitted(fit_whitening, images, rows, float(dims), float(shrinkage), float(power))
    return Whitening(parts["mean"], parts["projection"])


def fit_whitening(
    images: ImageSet,  # noqa: ARG001 (where it is kept)
    rows: np.ndarray,
    dims: float,
    shrinkage: float,
    power: float,
) -> Mapping[str, np.ndarray]:
    """Return `mean` and `projection`."""
    axes = principal_axes(rows, None if dims < 1 else int(dims))
    if not len(axes.variances):
        return {"mean": np.zeros(rows.shape[1]), "projection": np.eye(rows.shape[1])}
    return {"mean": axes.mean, "projection": stretched(axes, dims, shrinkage, power)}


def stretched(axes: Axes, dims: float, shrinkage: float, power: float) -> np.ndarray:
    """Return the axes `(d, dims)`, each divided by its shrunken variance to the power."""
    count = int(dims) if dims >= 1 else int(np.searchsorted(axes.variances.cumsum(), dims * axes.total)) + 1
    shrunken = (1 - shrinkage) * axes.variances + shrinkage * axes.total / len(axes.mean)
    return np.asarray((axes.directions / shrunken**power)[:, :count])
