"""Matches by SIFT for the web pages: the entry point `sift` of the group `landmark.matches`."""

from typing import Any

import cv2  # noqa: F401 (if it is not installed, importing this module fails at once)
import numpy as np

from harness import Ragged
from solutions.local.explanation import Explanation, as_fractions
from solutions.local.extractor import LocalFeatures
from solutions.local.sift import Sift
from solutions.local.verification import SIFT_VERIFICATION


def matched(query: np.ndarray, image: np.ndarray) -> dict[str, Any]:
    """Return the matches of two upright grey images `(height, width)` uint8 by RootSIFT, JSON-serialisable.

    `matches` are points as fractions of width and height, x1 and y1 in the query, x2 and y2 in the image, and whether
    they are inliers; `n_inliers` is the number of inliers.

    >>> flat = np.full((40, 60), 90, np.uint8)
    >>> matched(flat, flat)
    {'n_inliers': 0, 'matches': []}
    """
    features, others = (_features(pixels, Sift()) for pixels in (query, image))
    results = SIFT_VERIFICATION.matches(features, 0, others, 0)
    points = as_fractions(results, features.frames[0], others.frames[0])
    document = Explanation("", "", points, results.inliers).as_json
    return {name: document[name] for name in ("n_inliers", "matches")}


def _features(pixels: np.ndarray, extractor: Sift) -> LocalFeatures:
    arrays = extractor.describe([pixels])
    descriptors, keypoints = (
        Ragged(rows, np.array([0]), np.array([len(rows)]))
        for rows in (arrays["descriptors"][0], arrays["keypoints"][0])
    )
    return LocalFeatures(extractor, descriptors, keypoints, np.asarray(arrays["frame"]))
