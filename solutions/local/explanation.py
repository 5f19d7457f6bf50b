"""Matched points of two images, in coordinates relative to their size."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import HarnessError, ImageSet
from solutions.local.extractor import LocalExtractor, LocalFeatures
from solutions.local.verification import SIFT_VERIFICATION, Matches, Verification

_DIGITS = 5  # of a fraction: a tenth of a pixel in 10 000


@dataclass(frozen=True, eq=False)
class Explanation:
    """The matched points of two images: `points` `(matches, 4)` are x1, y1, x2, y2 as fractions of width and height.

    `inliers` `(matches,)` is the mask of matches consistent with one map from the first image to the second.
    """

    query: str
    image: str
    points: np.ndarray
    inliers: np.ndarray

    @property
    def n_inliers(self) -> int:
        """Return the number of inliers."""
        return int(self.inliers.sum())

    @property
    def as_json(self) -> dict[str, Any]:
        """Return the explanation as a JSON-serialisable dict."""
        matches = [
            {**dict(zip(("x1", "y1", "x2", "y2"), point, strict=True)), "inlier": inlier}
            for point, inlier in zip(self.points.round(_DIGITS).tolist(), self.inliers.tolist(), strict=True)
        ]
        return {"query": self.query, "image": self.image, "n_inliers": self.n_inliers, "matches": matches}


def explain_match(
    query: ImageSet, image: ImageSet, extractor: LocalExtractor, verification: Verification = SIFT_VERIFICATION
) -> Explanation:
    """Return the matches of two sets of one image each, from the query to the other.

    Raises HarnessError if one of them cannot be decoded.
    """
    for each in (query, image):
        if each.undecodable(extractor).any():
            raise HarnessError(
                f"{each.ids[0]}: the image cannot be decoded; run landmark data check DIR for the reason"
            )
    features, others = (LocalFeatures.from_images(each, extractor) for each in (query, image))
    matches = verification.matches(features, 0, others, 0)
    points = as_fractions(matches, features.frames[0], others.frames[0])
    return Explanation(query.ids[0], image.ids[0], points, matches.inliers)


def as_fractions(matches: Matches, frame: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return x1, y1, x2, y2 `(matches, 4)` as fractions of the frames' widths and heights `(2,)`, in [0, 1].

    >>> results = Matches(np.array([[9.5, 9.5]]), np.array([[0, 99.5]]), np.array([True]))
    >>> as_fractions(results, np.array([20, 40]), np.array([50, 100])).tolist()
    [[0.5, 0.25, 0.01, 1.0]]
    """
    middles = np.hstack([(matches.points + 0.5) / frame, (matches.others + 0.5) / other])
    return np.asarray(np.clip(middles, 0, 1))
