"""Geometric verification of matched points: robust estimation of affine maps and homographies.

Sources: Fischler, Bolles, Random sample consensus, 1981; Barath et al., MAGSAC++, a fast, reliable and accurate robust
estimator, 2020, as implemented by OpenCV. The tests of plausible maps are a reconstruction.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from harness import HarnessError

Model = Literal["affine", "homography"]

MIN_MATCHES = 4  # matches
_SMALLEST, _LARGEST = 0.1, 10.0  # change of area
_ANISOTROPY = 5.0  # largest by smallest singular value
_CELLS = 3  # inliers in this many cells or fewer are no evidence
_HORIZON = 1e-9


@dataclass(frozen=True)
class Geometry:
    """The model of a map from query to index image, and the parameters of its robust estimation.

    A match is an inlier if the map takes its query point to at most `threshold` pixels from its index point. A map is
    rejected, so that there are no inliers, if one of these holds:

    * at the centre of the inliers it mirrors, changes areas more than tenfold, or stretches one direction five times as
      much as another;
    * it has fewer inliers than `fewest`;
    * in one of the images the inliers are in three squares of `cell` pixels or fewer.

    Raises HarnessError for parameters out of range.
    """

    model: Model = "affine"
    threshold: float = 10.0  # pixels
    trials: int = 1000
    fewest: int = MIN_MATCHES  # inliers
    cell: float = 32.0  # pixels
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 < self.threshold < np.inf and 0 < self.cell < np.inf and self.trials >= 1 and self.seed >= 0):
            raise HarnessError(
                f"threshold {self.threshold}, cell {self.cell} and trials {self.trials} must be above 0, and "
                f"seed {self.seed} 0 or more"
            )
        if self.fewest < MIN_MATCHES:
            raise HarnessError(
                f"fewest is {self.fewest}; any {MIN_MATCHES - 1} matches fit a map, so it must be {MIN_MATCHES} or more"
            )

    def inliers(self, points: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Return which of matched points `(n, 2)` and `(n, 2)` are inliers: a mask `(n,)`.

        There are none among fewer than four matches, collinear ones, or if no plausible map fits. The result is
        deterministic.

        >>> points = np.array([[0, 0], [90, 0], [0, 90], [90, 90], [50, 40]])
        >>> Geometry().inliers(points, points + [[7, 7], [7, 7], [7, 7], [7, 7], [300, 0]]).tolist()
        [True, True, True, True, False]
        """
        points, others = (np.asarray(each, np.float64) for each in (points, others))
        matrix = self._estimate(points, others) if len(points) >= MIN_MATCHES else None
        if matrix is None:
            return np.zeros(len(points), bool)
        close = np.linalg.norm(apply_map(matrix, points) - others, axis=1) <= self.threshold
        return np.asarray(close & self._is_plausible(matrix, points[close], others[close]))

    def _estimate(self, points: np.ndarray, others: np.ndarray) -> np.ndarray | None:
        """Return the map as a matrix `(3, 3)`, or None if none fits."""
        import cv2

        if self.model == "homography":
            matrix = cv2.findHomography(points, others, _settings(cv2, self))[0]
        else:
            matrix = cv2.estimateAffine2D(points, others, _settings(cv2, self))[0]
            matrix = None if matrix is None else np.vstack([matrix, [0, 0, 1]])
        return matrix if matrix is not None and np.isfinite(matrix).all() else None

    def _is_plausible(self, matrix: np.ndarray, points: np.ndarray, others: np.ndarray) -> bool:
        if len(points) < self.fewest or not all(_is_spread(each, self.cell) for each in (points, others)):
            return False
        jacobian = local_affine(matrix, points.mean(axis=0))
        longest, shortest = np.linalg.svd(jacobian, compute_uv=False)
        area = np.linalg.det(jacobian)
        return bool(_SMALLEST <= area <= _LARGEST and longest < _ANISOTROPY * shortest)


def apply_map(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the images of points `(n, 2)` under a matrix `(3, 3)`; infinity on its horizon or behind it.

    >>> apply_map(np.diag([2.0, 2, 1]), np.array([[1, 3]])).tolist()
    [[2.0, 6.0]]
    """
    homogeneous = np.hstack([points, np.ones((len(points), 1))]) @ matrix.T
    ahead = homogeneous[:, 2:] > _HORIZON
    return np.asarray(np.where(ahead, homogeneous[:, :2] / np.where(ahead, homogeneous[:, 2:], 1), np.inf))


def local_affine(matrix: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Return the Jacobian `(2, 2)` of a matrix `(3, 3)` at a point `(2,)`; NaN on its horizon or behind it."""
    x, y, w = matrix @ [*point, 1]
    if w <= _HORIZON:
        return np.full((2, 2), np.nan)
    return np.asarray((matrix[:2, :2] - np.outer([x / w, y / w], matrix[2, :2])) / w)


def _is_spread(points: np.ndarray, cell: float) -> bool:
    return len(np.unique(np.floor(points / cell), axis=0)) > _CELLS


def _settings(cv2: Any, geometry: Geometry) -> Any:
    settings = cv2.UsacParams()
    settings.threshold, settings.maxIterations = geometry.threshold, geometry.trials
    settings.randomGeneratorState = geometry.seed
    settings.confidence = 0.999
    settings.score = cv2.SCORE_METHOD_MAGSAC
    settings.loMethod, settings.loIterations, settings.loSampleSize = cv2.LOCAL_OPTIM_SIGMA, 10, 50
    settings.final_polisher, settings.final_polisher_iterations = cv2.MAGSAC, 3
    return settings
