"""Scores of landmarks from the nearest train images of each query.

All rules have one form: each neighbour adds a vote to its landmark, and each landmark's sum is multiplied by a factor
that depends on its number of train images. Scores are sparse: a query has at most as many candidates as neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solutions.neighbours.neighbours import Neighbours


@dataclass(frozen=True, eq=False)
class LandmarkClasses:
    """The landmarks of train images as classes."""

    landmarks: np.ndarray  # (k,) ascending
    class_of_image: np.ndarray  # (n,) positions in `landmarks`
    counts: np.ndarray  # (k,) train images of each landmark

    @classmethod
    def from_labels(cls, labels: np.ndarray) -> LandmarkClasses:
        """Return the classes of images with these labels `(n,)`.

        >>> LandmarkClasses.from_labels(np.array([7, 3, 7])).counts.tolist()
        [1, 2]
        """
        landmarks, classes = np.unique(labels, return_inverse=True)
        return cls(landmarks, classes, np.bincount(classes, minlength=len(landmarks)))

    def classes_at(self, positions: np.ndarray) -> np.ndarray:
        """Return the classes of the images at these positions, -1 for position -1."""
        if not len(self.class_of_image):
            return np.full(positions.shape, -1)
        return np.where(positions >= 0, self.class_of_image[positions], -1)


@dataclass(frozen=True, eq=False)
class ClassScores:
    """The candidate landmarks of each query by descending confidence, then by class.

    `classes` `(n_queries, m)` are positions in `landmarks` `(k,)`, padded by -1; `confidences` `(n_queries, m)`
    descend, padded by -inf.
    """

    landmarks: np.ndarray
    classes: np.ndarray
    confidences: np.ndarray

    @classmethod
    def sort(cls, landmarks: np.ndarray, classes: np.ndarray, confidences: np.ndarray) -> ClassScores:
        """Return the scores with each row sorted; each class is once in a row, -1 is padding."""
        confidences = np.where(classes >= 0, confidences, -np.inf)
        order = np.lexsort((classes, -confidences, classes < 0), axis=1)
        return cls(landmarks, *(np.take_along_axis(part, order, axis=1) for part in (classes, confidences)))

    @classmethod
    def from_table(cls, landmarks: np.ndarray, table: np.ndarray, most: int) -> ClassScores:
        """Return the `most` highest landmarks of a table `(n_queries, k)`; none for rows with NaN."""
        most = min(most, len(landmarks))
        order = np.argsort(-table, axis=1, kind="stable")[:, :most]
        is_nan = np.isnan(table).any(axis=1, keepdims=True)
        return cls.sort(landmarks, np.where(is_nan, -1, order), np.take_along_axis(table, order, axis=1))

    def map_classes(self, positions: np.ndarray) -> np.ndarray:
        """Return the classes as positions in another list of landmarks, in which ours are at `positions` `(k,)`."""
        return np.where(self.classes >= 0, positions[self.classes], -1)

    @property
    def best(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the first landmark of each query and its confidence `(n_queries,)`, NaN without candidates."""
        if not self.classes.shape[1] or not len(self.landmarks):
            return np.zeros(len(self.classes), np.int64), np.full(len(self.classes), np.nan)
        exists = self.classes[:, 0] >= 0
        return self.landmarks[self.classes[:, 0]], np.where(exists, self.confidences[:, 0], np.nan)

    @property
    def dense(self) -> np.ndarray:
        """Return the confidence of every landmark `(n_queries, k)`, 0 for landmarks that are no candidates."""
        table = np.zeros((len(self.classes), len(self.landmarks)))
        rows, columns = np.nonzero(self.classes >= 0)
        table[rows, self.classes[rows, columns]] = self.confidences[rows, columns]
        return table

    def multiply(self, factors: np.ndarray) -> ClassScores:
        """Return the scores multiplied by non-negative factors `(n_queries, k)` of all landmarks."""
        own = np.take_along_axis(factors, np.maximum(self.classes, 0), axis=1)
        exists = self.classes >= 0
        return self.sort(self.landmarks, self.classes, np.where(exists, self.confidences, 0) * own)


def sum_by_landmark(
    landmarks: np.ndarray,
    classes: np.ndarray,
    votes: np.ndarray,
    norm: np.ndarray | None = None,
    top: int | None = None,
) -> ClassScores:
    """Return the sum of the votes for each landmark, times its factor `norm` `(k,)`.

    `classes` `(n_queries, m)` are positions in `landmarks` `(k,)`, -1 for none; `votes` have the same shape. Only the
    first `top` votes for a landmark count, by default all.
    """
    order = np.argsort(classes, axis=1, kind="stable")
    classes, votes = (np.take_along_axis(part, order, axis=1) for part in (classes, votes.astype(np.float64)))
    column = np.arange(classes.shape[1])
    first = np.diff(classes, axis=1, prepend=-2) != 0
    rank = column - np.maximum.accumulate(np.where(first, column, 0), axis=1)
    counted = np.where((classes >= 0) & (rank < (top or len(column))), votes, 0)
    sums = np.zeros(classes.shape)
    sums[first] = np.add.reduceat(counted.ravel(), np.flatnonzero(first)) if counted.size else 0
    if norm is not None and len(norm):
        sums *= norm[np.maximum(classes, 0)]
    return ClassScores.sort(landmarks, np.where(first, classes, -1), sums)


def sum_votes(
    neighbours: Neighbours,
    classes: LandmarkClasses,
    votes: np.ndarray,
    norm: np.ndarray | None = None,
    top: int | None = None,
) -> ClassScores:
    """Return the sum of the votes `(n_queries, k)` of neighbours, which are train images, for their landmarks.

    Only the `top` nearest images of a landmark count; see `sum_by_landmark`.
    """
    return sum_by_landmark(classes.landmarks, classes.classes_at(neighbours.positions), votes, norm, top)


def normalised_sum(neighbours: Neighbours, classes: LandmarkClasses) -> ClassScores:
    """Return the sum of a landmark's similarities, divided by its number of train images, but at most by K.

    K is the number of neighbours. So a landmark with few train images is not penalised.

    Source: the write-up of Pleskov et al., fourth place of the recognition challenge of 2018, with K = 5.

    >>> neighbours = Neighbours(np.array([[0, 1, 4, 2]]), np.array([[0.9, 0.85, 0.7, 0.6]]))
    >>> normalised_sum(neighbours, LandmarkClasses.from_labels(np.array([1, 1, 1, 2, 3]))).confidences.round(4).tolist()
    [[0.7833, 0.7, -inf, -inf]]
    """
    return sum_votes(
        neighbours, classes, neighbours.similarities, 1 / np.minimum(neighbours.positions.shape[1], classes.counts)
    )


def idf(classes: LandmarkClasses) -> np.ndarray:
    """Return ln(N / n) of each landmark `(k,)` with n of the N train images; 1 if there is one landmark.

    A reconstruction of the "IDF-like norm per class" of the third place of 2018.
    """
    if len(classes.counts) < 2:
        return np.ones(len(classes.counts))
    return np.asarray(np.log(classes.counts.sum() / classes.counts))


def rarity(classes: LandmarkClasses, beta: float) -> np.ndarray:
    """Return n to the power -beta of each landmark `(k,)` with n train images. A reconstruction, as `idf`."""
    return np.asarray(classes.counts ** -float(beta))


def power_sum(
    neighbours: Neighbours,
    classes: LandmarkClasses,
    power: float,
    top: int | None = None,
    norm: np.ndarray | None = None,
) -> ClassScores:
    """Return the sum of a landmark's similarities, clipped at 0, to a power, times its factor `norm` `(k,)`.

    Source: the third place of the recognition challenge of 2020, with the power 8 of the 5 nearest of each landmark,
    multiplied by the 12th power of a classifier's probability.

    >>> neighbours = Neighbours(np.array([[0, 2, 3, 1, 4]]), np.array([[0.9, 0.8, 0.7, 0.5, 0.45]]))
    >>> classes = LandmarkClasses.from_labels(np.array([1, 1, 2, 2, 3]))
    >>> power_sum(neighbours, classes, 8, top=5).confidences[0, :2].round(3).tolist()
    [0.434, 0.225]
    """
    return sum_votes(neighbours, classes, _clipped(neighbours, 0) ** power, norm, top)


def distance_votes(
    neighbours: Neighbours, classes: LandmarkClasses, n_inliers: np.ndarray | None = None, most: int = 70
) -> ClassScores:
    """Return the sum over neighbours of 1 - squared distance, plus `n_inliers` `(n_queries, k)` / `most`, at most 1.

    Descriptors are L2-normalised.

    Source: smlyaka, third place of the recognition challenge of 2019, with 3 neighbours.

    >>> neighbours = Neighbours(np.array([[0, 1, 2]]), np.array([[0.9, 0.8, 0.7]]))
    >>> classes = LandmarkClasses.from_labels(np.array([1, 1, 2]))
    >>> distance_votes(neighbours, classes, np.array([[35, 0, 140]])).confidences.round(2).tolist()
    [[1.9, 1.4, -inf]]
    """
    votes = 2 * _clipped(neighbours, -1) - 1
    if n_inliers is not None:
        votes = votes + np.minimum(n_inliers, most) / most
    return sum_votes(neighbours, classes, votes)


def _clipped(neighbours: Neighbours, least: float) -> np.ndarray:
    return np.maximum(neighbours.similarities.astype(np.float64), least)
