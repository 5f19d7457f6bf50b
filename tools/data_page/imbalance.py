"""Class imbalance: how unevenly train images are distributed over landmarks."""

from dataclasses import dataclass
from math import ceil

import numpy as np

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
_CLASSES = (1, 2, 6, 11, 21, 51, 101, 501, 1001)  # smallest number of images of each


@dataclass(frozen=True)
class Imbalance:
    """Landmarks and their numbers of images, the largest first, ties by landmark; (n_landmarks,) each."""

    landmarks: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, labels: np.ndarray) -> "Imbalance":
        """Count the labels (n_images,)."""
        landmarks, counts = np.unique(labels, return_counts=True)
        order = np.lexsort((landmarks, -counts))
        return cls(landmarks[order], counts[order])

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def gini(self) -> float:
        """The Gini coefficient in [0, 1): half the mean difference between two landmarks, divided by the mean.

        Source: Gini, Variabilità e mutabilità (1912).

        >>> round(Imbalance.of(np.array([1, 1, 1, 2])).gini, 4)
        0.25
        """
        n = len(self.counts)
        weights = n + 1 - 2 * np.arange(1, n + 1)  # the largest first
        return float((weights * self.counts).sum() / (n * self.counts.sum())) if n else 0.0

    def share_of_top(self, fraction: float) -> float:
        """Return the share in [0, 1] of images that the largest `fraction` of landmarks have; at least one landmark."""
        top = self.counts[: ceil(fraction * len(self.counts))]
        return float(top.sum() / self.counts.sum()) if len(self.counts) else 0.0

    def percentiles(self) -> dict[int, int]:
        """Return the percentiles of images per landmark: percentage -> images (inverted CDF)."""
        values = np.percentile(self.counts, PERCENTILES, method="inverted_cdf")
        return dict(zip(PERCENTILES, values.tolist(), strict=True))

    def classes(self) -> list[tuple[str, int, int]]:
        """Return name, landmarks and images of each size class that is not empty.

        >>> Imbalance.of(np.array([7, 8, 8, 8, 9])).classes()
        [('1', 2, 2), ('2–5', 1, 3)]
        """
        of = np.searchsorted(_CLASSES, self.counts, side="right") - 1
        return [
            (_range(number), int((of == number).sum()), int(self.counts[of == number].sum()))
            for number in np.unique(of).tolist()
        ]

    def steps(self) -> tuple[np.ndarray, np.ndarray]:
        """Return ranks (from 1) and counts at both ends of each run of equal counts: the points of the curve."""
        changes = np.flatnonzero(np.diff(self.counts))
        ends = np.unique(np.concatenate([[0], changes, changes + 1, [len(self.counts) - 1]]))
        return ends + 1, self.counts[ends]


def _range(number: int) -> str:
    low = _CLASSES[number]
    if number + 1 == len(_CLASSES):
        return f"{low} and more"
    high = _CLASSES[number + 1] - 1
    return str(low) if high == low else f"{low}–{high}"
