"""Cross-validation rounds of train images, in which some landmarks are held out entirely."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solutions.kernels.keyed_random import draw, draw_all

ROUNDS = 4


@dataclass(frozen=True)
class HoldoutRound:
    """One round: `train` and `validation` are positions of train images, ascending.

    `is_known` `(n_validation,)` says which validation images show a landmark with images in `train`.
    """

    train: np.ndarray
    validation: np.ndarray
    is_known: np.ndarray


def assign_parts(keys: np.ndarray, labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the part of each image `(n,)`, from 0, by keys, labels and seed.

    The images of each landmark are spread over the parts; the only image of a landmark gets the number `count`.

    >>> assign_parts(np.array(list("abcde")), np.array([6, 6, 6, 6, 7]), 2, seed=0).tolist()
    [0, 0, 1, 1, 2]
    """
    order = np.lexsort((draw_all(seed, "image", keys), labels))
    within = labels[order]
    first, end = np.searchsorted(within, within), np.searchsorted(within, within, side="right")
    part = np.empty(len(labels), int)
    part[order] = np.where(end - first > 1, (np.arange(len(order)) - first) % count, count)
    return part


def holdout_rounds(ids: np.ndarray, labels: np.ndarray, seed: int) -> Iterator[HoldoutRound]:
    """Yield the rounds of labelled images `(n,)`, by ids, labels and seed; their order does not matter.

    Each round validates all images of every fourth landmark, and every fourth image of the other landmarks, which
    leaves at least one to train on. A round with fewer than two train landmarks or no validation image is left out.

    >>> rounds = list(holdout_rounds(np.array(list("abcdefgh")), np.repeat([6, 7, 8, 9], 2), seed=0))
    >>> [(len(each.train), len(each.validation), int(each.is_known.sum())) for each in rounds]
    [(3, 5, 3), (3, 5, 3), (6, 2, 0), (6, 2, 0)]
    """
    landmarks = sorted(np.unique(labels).tolist(), key=lambda landmark: draw(seed, "landmark", landmark))
    group, part = np.empty(len(labels), int), assign_parts(ids, labels, ROUNDS, seed)
    for number, landmark in enumerate(landmarks):
        group[labels == landmark] = number % ROUNDS
    for number in range(ROUNDS):
        is_held_out = (group == number) | (part == number)
        validation = np.flatnonzero(is_held_out)
        if len(validation) and len(np.unique(labels[~is_held_out])) > 1:
            yield HoldoutRound(np.flatnonzero(~is_held_out), validation, group[validation] != number)
