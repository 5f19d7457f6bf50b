"""Combination of the scores of several models, and of crops: sums, damping, overrides and votes.

Sources: the write-ups of Pleskov et al., fourth place of the recognition challenge of 2018, for the scores, and of the
tenth place for the votes. The tenth place weighted models by their scores; the slides report a majority.
"""

from collections.abc import Sequence

import numpy as np

from solutions.landmark_scores.class_scores import ClassScores, sum_by_landmark


def merge_models(models: Sequence[ClassScores]) -> ClassScores:
    """Return the scores of M models as one: label count / M + sum of the confidences / M, from 0 to 2.

    The label count of a landmark is the number of models that rank it first. All models have the same landmarks.

    >>> landmarks, tables = np.array([4, 7]), np.array([[[0.9, 0.05]], [[0.7, 0.2]], [[0.1, 0.8]]])
    >>> models = [ClassScores.from_table(landmarks, table, 2) for table in tables]
    >>> merge_models(models).confidences[:, :2].round(4).tolist()
    [[1.2333, 0.6833]]
    """
    classes = np.hstack([model.classes for model in models])
    is_first = [np.arange(model.classes.shape[1]) == 0 for model in models]
    scores = [model.confidences + first for model, first in zip(models, is_first, strict=True)]
    votes = np.where(classes >= 0, np.hstack(scores), 0)
    merged = sum_by_landmark(models[0].landmarks, classes, votes)
    return ClassScores(merged.landmarks, merged.classes, merged.confidences / len(models))


def damp(scores: ClassScores, is_doubtful: np.ndarray, factor: float = 0.1) -> ClassScores:
    """Return the scores, multiplied by a factor for doubtful queries `(n_queries,)`."""
    factors = np.where(is_doubtful, factor, 1.0)[:, None]
    return ClassScores(scores.landmarks, scores.classes, scores.confidences * factors)


def override_with(scores: ClassScores, crops: ClassScores) -> ClassScores:
    """Return the scores, replaced by the best landmark of the crops with 1 + confidence / 100 where that is above 0.

    Merged scores go up to 2, so they may be higher.
    """
    best, sums = crops.classes[:, :1], crops.confidences[:, :1]
    is_certain = (best >= 0) & (sums > 0)
    is_first = np.arange(scores.classes.shape[1]) == 0
    return ClassScores(
        scores.landmarks,
        np.where(is_certain, np.where(is_first, best, -1), scores.classes),
        np.where(is_certain, np.where(is_first, 1 + np.where(is_certain, sums, 0) / 100, -np.inf), scores.confidences),
    )


def vote(
    landmarks: np.ndarray, votes: np.ndarray, confidences: np.ndarray, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the landmark with most votes for each query and its confidence `(n_queries,)`; -1 and NaN for none.

    `votes` and `confidences` `(n_queries, m)` are those of m models: a position in `landmarks` `(k,)`, or -1 for "no
    landmark", which can win, too. `weights` `(m,)` are those of the models; without them, or if all are 0, the majority
    wins. Ties go to the higher confidence, which is the (weighted) mean over all models of the confidences in the
    winner, 0 for the other models: a reconstruction.

    >>> votes, confidences = np.array([[0, 1, 1], [0, -1, -1]]), np.array([[0.9, 0.6, 0.3], [0.5, np.nan, np.nan]])
    >>> [part.round(4).tolist() for part in vote(np.array([4, 7]), votes, confidences)]
    [[7, -1], [0.3, nan]]
    """
    factors = np.ones(votes.shape[1]) if weights is None or not np.any(weights) else np.asarray(weights, float)
    shares = factors / factors.sum()
    beliefs = np.where(votes < 0, 0, np.nan_to_num(confidences)) * shares
    agree = votes[:, :, None] == votes[:, None]  # of each model with each
    counts, totals = (agree * shares).sum(axis=2).round(9), (agree * beliefs[:, None]).sum(axis=2)
    winner = np.lexsort((votes, -totals, -counts), axis=1)[:, :1]
    position, confidence = (np.take_along_axis(part, winner, axis=1)[:, 0] for part in (votes, totals))
    return np.append(landmarks, -1)[position], np.where(position < 0, np.nan, confidence)
