"""The mean descriptor of each landmark.

Source: the write-up of the tenth place of the recognition challenge of 2018, with 100 images of each landmark.
"""

from __future__ import annotations

import numpy as np

from solutions.descriptors.pooling.pooling import unit
from solutions.landmark_scores.class_scores import Classes, ClassScores
from solutions.neighbours.exact import nearest
from solutions.training.sampling import stratified

PER_LANDMARK = 100


def centroids(rows: np.ndarray, classes: Classes, keys: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the mean of up to 100 images of each landmark `(k, d)`, of length one; drawn by `keys` `(n,)` and seed.

    `rows` `(n, d)` are of length one; those with NaN do not count, and a landmark without any other has a row of NaN.

    >>> rows = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    >>> centroids(rows, Classes.of_labels(np.array([5, 5, 7])), np.array(list("abc"))).round(3).tolist()
    [[0.707, 0.707], [0.0, 1.0]]
    """
    read = np.flatnonzero(~np.isnan(rows).any(axis=1))
    taken = read[stratified(keys[read], classes.of[read], PER_LANDMARK, seed)]
    sums, counts = np.zeros((len(classes.landmarks), rows.shape[1])), np.zeros(len(classes.landmarks))
    np.add.at(sums, classes.of[taken], rows[taken])
    np.add.at(counts, classes.of[taken], 1)
    return unit(np.where(counts[:, None] > 0, sums, np.nan))


def nearest_centroids(rows: np.ndarray, means: np.ndarray, landmarks: np.ndarray, most: int = 5) -> ClassScores:
    """Return the landmarks whose centroids `(k, d)` are nearest to each of `rows` `(n, d)`, with 1 - cosine distance.

    That this is the confidence is a reconstruction.
    """
    found = nearest(rows, means, most)
    return ClassScores(landmarks, found.positions, found.similarities.astype(np.float64))
