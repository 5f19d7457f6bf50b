"""One answer from those of several models, and from local crops.

Source: the write-up of Pleskov et al., fourth place of the recognition challenge of 2018.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from solutions.landmark_scores.class_scores import ClassScores, gathered


def merged(models: Sequence[ClassScores]) -> ClassScores:
    """Return the scores of M models as one: label count / M + sum of the confidences / M, from 0 to 2.

    The label count of a landmark is the number of models that name it first. All models must know the same landmarks.

    >>> landmarks = np.array([4, 7])
    >>> models = [ClassScores.of_table(landmarks, np.array([row]), 2) for row in ([0.9, 0.05], [0.7, 0.2], [0.1, 0.8])]
    >>> merged(models).confidences[:, :2].round(4).tolist()
    [[1.2333, 0.6833]]
    """
    classes = np.hstack([each.classes for each in models])
    votes = np.hstack([np.where(each.classes >= 0, each.confidences + _first(each), 0) for each in models])
    found = gathered(models[0].landmarks, classes, votes)
    return ClassScores(found.landmarks, found.classes, found.confidences / len(models))


def lowered(scores: ClassScores, doubted: np.ndarray, factor: float = 0.1) -> ClassScores:
    """Return the scores, multiplied by a factor where a query is doubted `(n_queries,)`."""
    factors = np.where(doubted, factor, 1.0)[:, None]
    return ClassScores(scores.landmarks, scores.classes, scores.confidences * factors)


def overridden(scores: ClassScores, crops: ClassScores) -> ClassScores:
    """Return the scores, but 1 + confidence / 100 of the best landmark of the crops where these are sure of any.

    Crops say nothing where no confidence is above 0. Merged scores go up to 2, so they may be higher than that.
    """
    best, sums = crops.classes[:, :1], crops.confidences[:, :1]
    sure = (best >= 0) & (sums > 0)
    alone = np.arange(scores.classes.shape[1]) == 0
    return ClassScores(
        scores.landmarks,
        np.where(sure, np.where(alone, best, -1), scores.classes),
        np.where(sure, np.where(alone, 1 + np.where(sure, sums, 0) / 100, -np.inf), scores.confidences),
    )


def _first(scores: ClassScores) -> np.ndarray:
    """Return 1 for the landmark that is named first, 0 for others."""
    return np.asarray(np.arange(scores.classes.shape[1]) == 0, np.float64)
