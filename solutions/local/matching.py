"""Matching of the local descriptors of two images by nearest neighbours, ratio test and maximum distance."""

from dataclasses import dataclass

import numpy as np

from harness import HarnessError


@dataclass(frozen=True)
class Matching:
    """The conditions for a match of a query's descriptor with its nearest one in an index image.

    `mutual`: each is the other's nearest. `ratio`: the nearest is nearer than this times the second nearest (Lowe,
    Distinctive image features from scale-invariant keypoints, 2004). `max_distance`: it is nearer than that. Distances
    are Euclidean, of descriptors of length one, so at most 2. DELF's own is `Matching(mutual=False, max_distance=0.9)`
    (Teichmann et al., Detect-to-retrieve, 2019), that of the winners of 2019 has 0.8.

    Raises HarnessError for parameters out of range.
    """

    mutual: bool = True
    ratio: float | None = None
    max_distance: float | None = None

    def __post_init__(self) -> None:
        for name, value, most in (("ratio", self.ratio, 1), ("max_distance", self.max_distance, 2)):
            if value is not None and not 0 < value <= most:
                raise HarnessError(f"{name} is {value}; give a number above 0 and at most {most}, or None")

    def __call__(self, query: np.ndarray, index: np.ndarray) -> np.ndarray:
        """Return the matches of vectors `(n, d)` and `(m, d)` of length one: rows of both `(matches, 2)`.

        They are in order of the query's rows; of equally near ones the first counts. A missing second nearest is
        infinitely far. Binary codes of b bits match by their Hamming distance as vectors of ±b^-½.

        >>> Matching()(np.eye(3), np.eye(3)[[2, 1, 1]]).tolist()
        [[1, 1], [2, 0]]
        """
        if not len(query) or not len(index):
            return np.zeros((0, 2), int)
        similarities = query @ index.T
        rows, nearest = np.arange(len(query)), similarities.argmax(axis=1)
        best = similarities[rows, nearest]
        matches = np.full(len(rows), True)
        if self.mutual:
            matches &= similarities.argmax(axis=0)[nearest] == rows
        if self.max_distance is not None:
            matches &= best > 1 - self.max_distance**2 / 2
        if self.ratio is not None:
            similarities[rows, nearest] = -np.inf
            matches &= 1 - best < self.ratio**2 * (1 - similarities.max(axis=1))
        return np.asarray(np.stack([rows, nearest], axis=1)[matches])
