"""How much the nearest train images of a query speak for each landmark.

All rules are one: each neighbour gives its landmark so much, and each landmark's sum is multiplied by a norm, which
makes up for how many train images it has. A query has as many candidates at most as it has neighbours, so there is no
table of queries by landmarks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solutions.neighbours.neighbours import Neighbours


@dataclass(frozen=True, eq=False)
class Classes:
    """The landmarks of train images: `landmarks` `(k,)` ascending, the place `of` each image there `(n,)`, `counts`."""

    landmarks: np.ndarray
    of: np.ndarray
    counts: np.ndarray  # (k,) train images of each

    @classmethod
    def of_labels(cls, labels: np.ndarray) -> Classes:
        """Return the classes of images with these labels `(n,)`.

        >>> Classes.of_labels(np.array([7, 3, 7])).counts.tolist()
        [1, 2]
        """
        landmarks, of = np.unique(labels, return_inverse=True)
        return cls(landmarks, of, np.bincount(of, minlength=len(landmarks)))

    def of_images(self, positions: np.ndarray) -> np.ndarray:
        """Return the places of the landmarks of images at these positions, -1 for -1."""
        return np.where(positions >= 0, self.of[positions], -1) if len(self.of) else np.full(positions.shape, -1)


@dataclass(frozen=True, eq=False)
class ClassScores:
    """The landmarks that speak for each query, the most confident first; of equals the lowest number.

    `classes` `(n_queries, m)` are places among `landmarks` `(k,)`, -1 where there are fewer; `confidences`
    `(n_queries, m)` descend, -inf there.
    """

    landmarks: np.ndarray
    classes: np.ndarray
    confidences: np.ndarray

    @classmethod
    def ordered(cls, landmarks: np.ndarray, classes: np.ndarray, confidences: np.ndarray) -> ClassScores:
        """Return candidates in their order: each class once a row, -1 for none."""
        confidences = np.where(classes >= 0, confidences, -np.inf)
        order = np.lexsort((classes, -confidences, classes < 0), axis=1)
        return cls(landmarks, *(np.take_along_axis(each, order, axis=1) for each in (classes, confidences)))

    @classmethod
    def of_table(cls, landmarks: np.ndarray, table: np.ndarray, most: int) -> ClassScores:
        """Return the `most` most confident landmarks of a table `(n_queries, k)`; of rows with NaN none."""
        most = min(most, len(landmarks))
        order = np.argsort(-table, axis=1, kind="stable")[:, :most]
        unknown = np.isnan(table).any(axis=1, keepdims=True)
        return cls.ordered(landmarks, np.where(unknown, -1, order), np.take_along_axis(table, order, axis=1))

    def placed(self, places: np.ndarray) -> np.ndarray:
        """Return the classes as places in a longer list of landmarks, of which `places` `(k,)` are these."""
        return np.where(self.classes >= 0, places[self.classes], -1)

    @property
    def best(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the first landmark of each query and its confidence `(n_queries,)`; NaN where there is none."""
        if not self.classes.shape[1] or not len(self.landmarks):
            return np.zeros(len(self.classes), np.int64), np.full(len(self.classes), np.nan)
        there = self.classes[:, 0] >= 0
        return self.landmarks[self.classes[:, 0]], np.where(there, self.confidences[:, 0], np.nan)

    @property
    def dense(self) -> np.ndarray:
        """Return the confidence of every landmark `(n_queries, k)`, 0 where none speaks for it."""
        table = np.zeros((len(self.classes), len(self.landmarks)))
        rows, places = np.nonzero(self.classes >= 0)
        table[rows, self.classes[rows, places]] = self.confidences[rows, places]
        return table

    def times(self, factors: np.ndarray) -> ClassScores:
        """Return the scores multiplied by factors of 0 or more `(n_queries, k)` of all landmarks."""
        own = np.take_along_axis(factors, np.maximum(self.classes, 0), axis=1)
        there = self.classes >= 0
        return self.ordered(self.landmarks, self.classes, np.where(there, self.confidences, 0) * own)


def gathered(
    landmarks: np.ndarray,
    classes: np.ndarray,
    votes: np.ndarray,
    norm: np.ndarray | None = None,
    top: int | None = None,
) -> ClassScores:
    """Return the sum of the votes for each landmark, times its norm `(k,)`.

    `classes` `(n_queries, m)` are places among `landmarks` `(k,)`, -1 for none, and `votes` as many; of a landmark the
    first `top` count, all unless told.
    """
    order = np.argsort(classes, axis=1, kind="stable")
    places, votes = (np.take_along_axis(each, order, axis=1) for each in (classes, votes.astype(np.float64)))
    number = np.arange(places.shape[1])
    first = np.diff(places, axis=1, prepend=-2) != 0
    rank = number - np.maximum.accumulate(np.where(first, number, 0), axis=1)
    counted = np.where((places >= 0) & (rank < (top or len(number))), votes, 0)
    sums = np.zeros(places.shape)
    sums[first] = np.add.reduceat(counted.ravel(), np.flatnonzero(first)) if counted.size else 0
    if norm is not None and len(norm):
        sums *= norm[np.maximum(places, 0)]
    return ClassScores.ordered(landmarks, np.where(first, places, -1), sums)


def summed(
    found: Neighbours, classes: Classes, votes: np.ndarray, norm: np.ndarray | None = None, top: int | None = None
) -> ClassScores:
    """Return the sum of what neighbours, which are train images, give to their landmarks: votes `(n_queries, k)`.

    See `gathered`; of a landmark the `top` nearest count.
    """
    return gathered(classes.landmarks, classes.of_images(found.positions), votes, norm, top)


def normalised_sum(found: Neighbours, classes: Classes) -> ClassScores:
    """Return the sum of the similarities of a landmark's images among K neighbours, over K or its number of images.

    The smaller of both counts, so a landmark with one image is not punished.

    Source: the write-up of Pleskov et al., fourth place of the recognition challenge of 2018, with K = 5.

    >>> found = Neighbours(np.array([[0, 1, 4, 2]]), np.array([[0.9, 0.85, 0.7, 0.6]]))
    >>> normalised_sum(found, Classes.of_labels(np.array([1, 1, 1, 2, 3]))).confidences.round(4).tolist()
    [[0.7833, 0.7, -inf, -inf]]
    """
    return summed(found, classes, found.similarities, 1 / np.minimum(found.positions.shape[1], classes.counts))


def idf(classes: Classes) -> np.ndarray:
    """Return ln(N / n) of each landmark `(k,)`: n of the N train images show it. One landmark alone has 1.

    A reconstruction of the third place's "IDF-like norm per class".
    """
    if len(classes.counts) < 2:
        return np.ones(len(classes.counts))
    return np.asarray(np.log(classes.counts.sum() / classes.counts))


def rarity(classes: Classes, beta: float) -> np.ndarray:
    """Return n to the power -beta of each landmark `(k,)`; n train images show it. A reconstruction, as `idf`."""
    return np.asarray(classes.counts ** -float(beta))


def power_sum(
    found: Neighbours, classes: Classes, power: float, top: int | None = None, norm: np.ndarray | None = None
) -> ClassScores:
    """Return the sum of a landmark's similarities to a power, those below 0 as 0, times its norm `(k,)`.

    Source: the third place of the recognition challenge of 2020, with the power 8 of the 5 nearest of each landmark,
    multiplied by the 12th power of a classifier's probability.

    >>> found = Neighbours(np.array([[0, 2, 3, 1, 4]]), np.array([[0.9, 0.8, 0.7, 0.5, 0.45]]))
    >>> power_sum(found, Classes.of_labels(np.array([1, 1, 2, 2, 3])), 8, top=5).confidences[0, :2].round(3).tolist()
    [0.434, 0.225]
    """
    return summed(found, classes, _votes(found, 0) ** power, norm, top)


def nearest_votes(
    found: Neighbours, classes: Classes, n_inliers: np.ndarray | None = None, most: int = 70
) -> ClassScores:
    """Return the sum over neighbours of 1 - their squared distance, and of their inliers, `most` counting 1.

    Descriptors are of length one; `n_inliers` `(n_queries, k)` are those of each neighbour.

    Source: smlyaka, third place of the recognition challenge of 2019, with 3 neighbours.

    >>> found = Neighbours(np.array([[0, 1, 2]]), np.array([[0.9, 0.8, 0.7]]))
    >>> classes = Classes.of_labels(np.array([1, 1, 2]))
    >>> nearest_votes(found, classes, np.array([[35, 0, 140]])).confidences.round(2).tolist()
    [[1.9, 1.4, -inf]]
    """
    votes = 2 * _votes(found, -1) - 1
    if n_inliers is not None:
        votes = votes + np.minimum(n_inliers, most) / most
    return summed(found, classes, votes)


def _votes(found: Neighbours, least: float) -> np.ndarray:
    return np.maximum(found.similarities.astype(np.float64), least)
