"""Detection of images without a landmark, and penalties for similarity to them and for too frequent landmarks.

No labels say which images show no landmark. Index images that are unlike all train images are used as such a pool.
"""

import numpy as np

from harness import Labelling
from solutions.landmark_scores.class_scores import ClassScores, LandmarkClasses, normalised_sum, sum_votes
from solutions.neighbours.exact import nearest, neighbour_graph
from solutions.neighbours.neighbours import Neighbours

N_NEIGHBOURS = 5
_QUANTILE = 0.1  # of the scores of train images, below which an image is a non-landmark


def detect_non_landmarks(rows: np.ndarray, train: np.ndarray, classes: LandmarkClasses) -> np.ndarray:
    """Return which of `rows` `(n, d)` are unlike the train images `(m, d)` of all landmarks: bool `(n,)`.

    The score of an image is the normalised sum of its best landmark. Images below the 10 % quantile of the scores of
    train images among each other are non-landmarks. All rows are L2-normalised; rows with NaN are False.
    """
    train_scores = normalised_sum(neighbour_graph(train, N_NEIGHBOURS), classes).best[1]
    scores = normalised_sum(nearest(rows, train, N_NEIGHBOURS), classes).best[1]
    if np.isnan(train_scores).all():
        return np.zeros(len(rows), bool)
    return np.asarray(scores < np.nanquantile(train_scores, _QUANTILE))


def mean_similarity(rows: np.ndarray, pool: np.ndarray, k: int) -> np.ndarray:
    """Return the mean similarity of each row `(n,)` to its k nearest, or all, of a pool `(p, d)`.

    It is 0 without a pool, and NaN for rows with NaN.

    >>> mean_similarity(np.array([[1.0, 0.0]]), np.array([[0.8, 0.6], [0.6, 0.8], [0.0, 1.0]]), 2).round(4).tolist()
    [0.7]
    """
    if not len(pool):
        return np.where(np.isnan(rows).any(axis=1), np.nan, 0.0)
    similarities = nearest(rows, pool, min(k, len(pool))).similarities.astype(np.float64)
    return np.asarray(np.where(np.isfinite(similarities), similarities, np.nan).mean(axis=1))


def subtract_pool_similarity(
    neighbours: Neighbours,
    classes: LandmarkClasses,
    train_similarity: np.ndarray,
    query_similarity: np.ndarray,
    top: int = 3,
) -> ClassScores:
    """Return class scores from which the similarity of train images and queries to non-landmarks is subtracted.

    A neighbour's vote is its similarity, clipped to 0 to 1, minus the similarity `train_similarity` `(n_train,)` of
    that image to the pool. The `top` votes are summed by landmark, minus `query_similarity` `(n_queries,)` to the pool.

    Source: Henkel, Singer, first place of the recognition challenge of 2020, with the 5 nearest of the pool for train
    images and the 10 nearest for queries.

    >>> neighbours = Neighbours(np.array([[0, 1, 2]]), np.array([[0.9, 0.8, 0.75]]))
    >>> classes = LandmarkClasses.from_labels(np.array([4, 7, 7]))
    >>> scores = subtract_pool_similarity(neighbours, classes, np.array([0.6, 0.3, 0.2]), np.array([0.1]))
    >>> scores.confidences[0, :2].round(4).tolist()
    [0.95, 0.2]
    """
    votes = np.clip(neighbours.similarities, 0, 1) - train_similarity[neighbours.positions]
    votes = np.where(neighbours.positions >= 0, votes, -np.inf)
    order = np.argsort(-votes, axis=1, kind="stable")[:, :top]
    positions, votes = (np.take_along_axis(part, order, axis=1) for part in (neighbours.positions, votes))
    scores = sum_votes(Neighbours(positions, votes), classes, votes)
    return ClassScores(scores.landmarks, scores.classes, scores.confidences - query_similarity[:, None])


def demote_frequent_landmarks(labelling: Labelling, max_count: int = 30, counted: Labelling | None = None) -> Labelling:
    """Return the labelling; landmarks predicted more than `max_count` times rank below all others.

    Their confidence is -count. Counts are those of `counted`, such as a labelling of the index images; by default of
    the labelling itself, which makes answers depend on other queries, so it needs all queries at once.

    Source: smlyaka, third place of the recognition challenge of 2019, with 30; the second place of 2020 used 20 and
    gave no answer.
    """
    counted = counted or labelling
    landmarks, counts = np.unique(counted.landmarks[counted.answered], return_counts=True)
    frequent = dict(zip(landmarks[counts > max_count].tolist(), counts[counts > max_count].tolist(), strict=True))
    count = np.array([frequent.get(landmark, 0) for landmark in labelling.landmarks.tolist()])
    demoted = labelling.answered & (count > 0)
    return Labelling.of(labelling.landmarks, np.where(demoted, -count, labelling.confidences), labelling.query_ids)
