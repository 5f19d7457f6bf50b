"""What the local crops of a query agree on, by the ranks that each gives to landmarks.

Source: the write-up of Pleskov et al., fourth place of the recognition challenge of 2018: for each landmark "5 - class
rank", summed over crops. The deck lost the minus; taken at its word, its "5 class rank" is a product. That ranks count
from 0 is a reconstruction, and so is that a landmark missing among the first five of any crop counts for nothing.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from solutions.landmark_scores.class_scores import ClassScores

Rule = Literal["source", "deck"]

RANKED = 5  # landmarks of each crop that count


def crop_ranks(crops: ClassScores, kept: np.ndarray, rule: Rule = "source") -> ClassScores:
    """Return the sum over the crops of a query of 5 - rank (source), or of 5 rank (deck), of its landmarks.

    `crops` are the scores of all crops, those of a query one after the other, and `kept` `(n_queries, crops)` tells
    which of them count. A landmark that one of these does not rank among its first five is left out; where no crop is
    kept there is none.

    >>> classes = np.array([[0, 1, 2, 3, 4], [1, 0, 2, -1, -1], [0, 2, 1, 3, 4]])
    >>> three = ClassScores(np.arange(6), classes, np.zeros((3, 5)))
    >>> [crop_ranks(three, np.ones((1, 3), bool), rule).confidences[0, :3].tolist() for rule in ("source", "deck")]
    [[14.0, 12.0, 10.0], [25.0, 15.0, 5.0]]
    """
    ranked = crops.classes[:, :RANKED].reshape(*kept.shape, -1)
    candidates = _of_first_kept(ranked, kept)  # a landmark that counts is among those of every crop
    same = (ranked[:, :, None] == candidates[:, None, :, None]) & (candidates >= 0)[:, None, :, None]
    listed, rank = same.any(axis=3), same.argmax(axis=3)  # (n_queries, crops, candidates)
    worth = np.where(kept[:, :, None], RANKED - rank if rule == "source" else RANKED * rank, 0).sum(axis=1)
    everywhere = (listed | ~kept[:, :, None]).all(axis=1) & kept.any(axis=1, keepdims=True)
    return ClassScores.ordered(crops.landmarks, np.where(everywhere, candidates, -1), worth.astype(np.float64))


def _of_first_kept(ranked: np.ndarray, kept: np.ndarray) -> np.ndarray:
    first = kept.argmax(axis=1)[:, None, None]
    return np.asarray(np.take_along_axis(ranked, first, axis=1)[:, 0])
