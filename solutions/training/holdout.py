"""Train images dealt into rounds to try a classifier on: in each some are asked, some of landmarks strange to it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solutions.kernels.keyed_random import draw, draws

ROUNDS = 4


@dataclass(frozen=True)
class Round:
    """What is learnt from and what is asked: `kept` and `asked` are places of train images, ascending.

    `known` `(asked,)` tells which of those asked are of a landmark that is learnt.
    """

    kept: np.ndarray
    asked: np.ndarray
    known: np.ndarray


def dealt(keys: np.ndarray, labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the part that each image is dealt into `(n,)`, from 0; decided by keys, labels and seed.

    The images of each landmark are spread over the parts; one alone is in none of them, which is `count`.

    >>> dealt(np.array(list("abcde")), np.array([6, 6, 6, 6, 7]), 2, seed=0).tolist()
    [0, 0, 1, 1, 2]
    """
    order = np.lexsort((draws(seed, "image", keys), labels))
    within = labels[order]
    first, behind = np.searchsorted(within, within), np.searchsorted(within, within, side="right")
    part = np.empty(len(labels), int)
    part[order] = np.where(behind - first > 1, (np.arange(len(order)) - first) % count, count)
    return part


def held_out(ids: np.ndarray, labels: np.ndarray, seed: int) -> Iterator[Round]:
    """Yield the rounds of labelled images `(n,)`, decided by ids, landmarks and seed in whatever order they stand.

    In each round every fourth landmark is not learnt, and all its images are asked; of each other landmark every fourth
    image is asked, which leaves at least one to learn from. A round in which fewer than two landmarks are learnt, or
    nothing is asked, is left out.

    >>> rounds = list(held_out(np.array(list("abcdefgh")), np.repeat([6, 7, 8, 9], 2), seed=0))
    >>> [(len(each.kept), len(each.asked), int(each.known.sum())) for each in rounds]
    [(3, 5, 3), (3, 5, 3), (6, 2, 0), (6, 2, 0)]
    """
    landmarks = sorted(np.unique(labels).tolist(), key=lambda landmark: draw(seed, "landmark", landmark))
    group, part = np.empty(len(labels), int), dealt(ids, labels, ROUNDS, seed)
    for number, landmark in enumerate(landmarks):
        group[labels == landmark] = number % ROUNDS
    for number in range(ROUNDS):
        asked = (group == number) | (part == number)
        rows = np.flatnonzero(asked)
        if len(rows) and len(np.unique(labels[~asked])) > 1:
            yield Round(np.flatnonzero(~asked), rows, group[rows] != number)
