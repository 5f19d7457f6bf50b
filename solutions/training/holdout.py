"""Train images dealt into rounds to try a classifier on: in each some are asked, some of landmarks strange to it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solutions.training.draws import draw

ROUNDS = 4


@dataclass(frozen=True)
class Round:
    """What is learnt from and what is asked: `kept` and `asked` are places of train images, ascending.

    `known` `(asked,)` tells which of those asked are of a landmark that is learnt.
    """

    kept: np.ndarray
    asked: np.ndarray
    known: np.ndarray


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
    group, part = np.empty(len(labels), int), np.empty(len(labels), int)
    for number, landmark in enumerate(landmarks):
        places = np.flatnonzero(labels == landmark)
        drawn = sorted(places.tolist(), key=lambda place: draw(seed, "image", ids[place]))
        group[drawn] = number % ROUNDS
        part[drawn] = np.arange(len(drawn)) % ROUNDS if len(drawn) > 1 else ROUNDS
    for number in range(ROUNDS):
        asked = (group == number) | (part == number)
        rows = np.flatnonzero(asked)
        if len(rows) and len(np.unique(labels[~asked])) > 1:
            yield Round(np.flatnonzero(~asked), rows, group[rows] != number)
