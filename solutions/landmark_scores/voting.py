"""Votes of several models on each query: majority, or weighted.

Source: the write-up of the tenth place of the recognition challenge of 2018, which weighed models by their scores; the
deck tells of a majority.
"""

from __future__ import annotations

import numpy as np


def voted(
    landmarks: np.ndarray, votes: np.ndarray, confidences: np.ndarray, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the landmark with most votes for each query, and its confidence `(n_queries,)`; -1 and NaN for none.

    `votes` and `confidences` `(n_queries, m)` are what each of m models says: a place among `landmarks` `(k,)`, or -1
    for "no landmark", which may win as well. Each model has a weight of `weights` `(m,)`; without them, or with
    weights that are all 0, all are alike, which is a majority. Of landmarks with as many votes the more confident one
    wins. The confidence is the mean over all models of what those say who voted for the landmark: a reconstruction.

    >>> votes, confidences = np.array([[0, 1, 1], [0, -1, -1]]), np.array([[0.9, 0.6, 0.3], [0.5, np.nan, np.nan]])
    >>> [each.round(4).tolist() for each in voted(np.array([4, 7]), votes, confidences)]
    [[7, -1], [0.3, nan]]
    """
    told = np.ones(votes.shape[1]) if weights is None or not np.any(weights) else np.asarray(weights, float)
    shares = told / told.sum()
    sure = np.where(votes < 0, 0, np.nan_to_num(confidences)) * shares
    agree = votes[:, :, None] == votes[:, None]  # of each model with each
    count, believed = (agree * shares).sum(axis=2).round(9), (agree * sure[:, None]).sum(axis=2)
    winner = np.lexsort((votes, -believed, -count), axis=1)[:, :1]
    place, confidence = (np.take_along_axis(each, winner, axis=1)[:, 0] for each in (votes, believed))
    return np.append(landmarks, -1)[place], np.where(place < 0, np.nan, confidence)
