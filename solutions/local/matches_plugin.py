"""What `landmark serve` draws matches with: the entry point `sift` of the group `landmark.matches`."""

from __future__ import annotations

from typing import Any

import cv2  # noqa: F401 (where it is missing there is nothing to offer, and this module says so at once)
import numpy as np

from harness import Ragged
from solutions.local.explanation import Explanation, as_fractions
from solutions.local.extractor import LocalFeatures
from solutions.local.sift import Sift
from solutions.local.verification import SIFT_VERIFICATION


def matched(query: np.ndarray, image: np.ndarray) -> dict[str, Any]:
    """Return how RootSIFT matches two upright grey images `(height, width)` uint8, as JSON can hold it.

    `matches` are points as fractions of width and height, x1 and y1 in the query, x2 and y2 in the image, and whether
    they are inliers; `n_inliers` is how many are.

    >>> flat = np.full((40, 60), 90, np.uint8)
    >>> matched(flat, flat)
    {'n_inliers': 0, 'matches': []}
    """
    features, others = (_features(pixels, Sift()) for pixels in (query, image))
    results = SIFT_VERIFICATION.matches(features, 0, others, 0)
    points = as_fractions(results, features.frames[0], others.frames[0])
    told = Explanation("", "", points, results.inliers).as_json
    return {name: told[name] for name in ("n_inliers", "matches")}


def _features(pixels: np.ndarray, extractor: Sift) -> LocalFeatures:
    made = extractor.describe([pixels])
    descriptors, keypoints = (
        Ragged(rows, np.array([0]), np.array([len(rows)])) for rows in (made["descriptors"][0], made["keypoints"][0])
    )
    return LocalFeatures(extractor, descriptors, keypoints, np.asarray(made["frame"]))
