"""Landmarks on which all crops of a query agree, scored by their ranks.

Source: the write-up of Pleskov et al., fourth place of the recognition challenge of 2018: for each landmark "5 - class
rank", summed over crops. The slides lost the minus; their "5 class rank" is a product if read literally. Reconstructed:
ranks count from 0, and a landmark that is not among the first five of every crop is no candidate.
"""

from typing import Literal

import numpy as np

from solutions.landmark_scores.class_scores import ClassScores

RankRule = Literal["source", "deck"]

RANKED = 5  # landmarks of each crop that are used


def sum_crop_ranks(crops: ClassScores, is_valid: np.ndarray, rule: RankRule = "source") -> ClassScores:
    """Return the sum over the crops of a query of 5 - rank (source), or of 5 rank (deck), of its landmarks.

    `crops` are the scores of all crops, query by query; `is_valid` `(n_queries, crops)` says which of them are used. A
    landmark must be among the first five of every valid crop. Without a valid crop there are no candidates.

    >>> classes = np.array([[0, 1, 2, 3, 4], [1, 0, 2, -1, -1], [0, 2, 1, 3, 4]])
    >>> three = ClassScores(np.arange(6), classes, np.zeros((3, 5)))
    >>> [sum_crop_ranks(three, np.ones((1, 3), bool), rule).confidences[0, :3].tolist() for rule in ("source", "deck")]
    [[14.0, 12.0, 10.0], [25.0, 15.0, 5.0]]
    """
    ranked = crops.classes[:, :RANKED].reshape(*is_valid.shape, -1)
    first = is_valid.argmax(axis=1)[:, None, None]  # a candidate is ranked by every valid crop, so by the first
    candidates = np.take_along_axis(ranked, first, axis=1)[:, 0]
    same = (ranked[:, :, None] == candidates[:, None, :, None]) & (candidates >= 0)[:, None, :, None]
    listed, rank = same.any(axis=3), same.argmax(axis=3)  # (n_queries, crops, candidates)
    score = np.where(is_valid[:, :, None], RANKED - rank if rule == "source" else RANKED * rank, 0).sum(axis=1)
    everywhere = (listed | ~is_valid[:, :, None]).all(axis=1) & is_valid.any(axis=1, keepdims=True)
    return ClassScores.sort(crops.landmarks, np.where(everywhere, candidates, -1), score.astype(np.float64))
