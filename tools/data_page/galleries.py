"""Which images are shown: drawn from a seed, so that the same page comes out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations_with_replacement

import numpy as np

from tools.data_page.analysis import Survey
from tools.data_page.collection import PARTS
from tools.data_page.near_duplicates import Pairs

SIZE_CLASSES = ("largest", "middle", "smallest")
_LANDMARKS = 3  # of each class
_MATCHES = 6  # landmarks of which two images are shown beside one of another
_PAIRS = 12  # of each two sets


@dataclass(frozen=True)
class Gallery:
    """Some train images of a landmark, as rows."""

    landmark: int
    count: int  # of its train images
    rows: np.ndarray


@dataclass(frozen=True)
class Match:
    """Two train images of a landmark and one of another, as rows."""

    landmark: int
    rows: tuple[int, int]
    other: int
    other_row: int


@dataclass(frozen=True)
class Choice:
    """All images that are shown."""

    landmarks: dict[str, list[Gallery]]  # of each size class
    matches: list[Match]
    parts: dict[int, np.ndarray]  # rows of index and test images
    pairs: dict[tuple[int, int], Pairs]  # of each two parts
    conflicts: Pairs

    def rows(self) -> Iterator[int]:
        """Their rows, in no order, some of them several times."""
        for gallery in chain(*self.landmarks.values()):
            yield from gallery.rows.tolist()
        for match in self.matches:
            yield from (*match.rows, match.other_row)
        for rows in self.parts.values():
            yield from rows.tolist()
        for pairs in (*self.pairs.values(), self.conflicts):
            yield from pairs.rows.reshape(-1).tolist()


def chosen(survey: Survey, seed: int, images: int) -> Choice:
    """What is shown of a competition, with so many images a gallery."""
    draw = _Draw(survey, seed, images)
    both = combinations_with_replacement(range(len(PARTS)), 2)
    near = {two: spread(pairs) for two in both if len(pairs := survey.between(*two))}
    parts = {part: draw.of_part(part) for part in range(1, len(PARTS))}
    return Choice(draw.landmarks(), draw.matches(), parts, near, spread(survey.conflicts))


class _Draw:
    """Draws images that can be shown; each kind of draw has a generator of its own."""

    def __init__(self, survey: Survey, seed: int, images: int) -> None:
        self.survey, self.seed, self.images = survey, seed, images
        self._train = np.flatnonzero(survey.usable[: len(survey.labels)])
        order = np.argsort(survey.labels[self._train], kind="stable")
        self._train = self._train[order]  # by landmark, so that those of one stand together
        self._shown = survey.labels[self._train]

    def landmarks(self) -> dict[str, list[Gallery]]:
        """Galleries of the largest landmarks, those in the middle and the smallest; ties are drawn."""
        generator = np.random.default_rng([self.seed, 0])
        counts = self.survey.imbalance.counts
        order = np.lexsort((generator.permutation(len(counts)), -counts))
        thirds = np.array_split(order, len(SIZE_CLASSES))
        middle = max(0, (len(thirds[1]) - _LANDMARKS) // 2)
        chosen = (thirds[0][:_LANDMARKS], thirds[1][middle:][:_LANDMARKS], thirds[2][-_LANDMARKS:])
        return {
            name: [self._gallery(place, generator) for place in places.tolist()]
            for name, places in zip(SIZE_CLASSES, chosen, strict=True)
            if len(places)
        }

    def matches(self) -> list[Match]:
        """Some landmarks, two images each, and an image of another landmark beside them."""
        generator = np.random.default_rng([self.seed, 1])
        landmarks, counts = np.unique(self._shown, return_counts=True)
        several = landmarks[counts > 1] if len(landmarks) > 1 else landmarks[:0]
        chosen = generator.choice(several, min(_MATCHES, len(several)), replace=False)
        return [self._match(landmark, generator) for landmark in chosen.tolist()]

    def of_part(self, part: int) -> np.ndarray:
        """Some images of a set, in its order."""
        rows = self.survey.collection.rows_of(part)
        return self._some(rows[self.survey.usable[rows]], 2 * self.images, np.random.default_rng([self.seed, 2, part]))

    def _gallery(self, place: int, generator: np.random.Generator) -> Gallery:
        landmark, count = self.survey.imbalance.landmarks[place], self.survey.imbalance.counts[place]
        return Gallery(int(landmark), int(count), self._some(self._of(landmark), self.images, generator))

    def _match(self, landmark: int, generator: np.random.Generator) -> Match:
        one, two = generator.choice(self._of(landmark), 2, replace=False).tolist()
        place = int(generator.choice(np.flatnonzero(self._shown != landmark)))
        return Match(landmark, (one, two), int(self._shown[place]), int(self._train[place]))

    def _of(self, landmark: int) -> np.ndarray:
        first, end = np.searchsorted(self._shown, [landmark, landmark + 1])
        return np.asarray(self._train[first:end])

    @staticmethod
    def _some(rows: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
        return np.sort(generator.choice(rows, min(count, len(rows)), replace=False))


def spread(pairs: Pairs) -> Pairs:
    """At most a dozen pairs, evenly from the nearest to the farthest, ties by likeness and then by row.

    >>> rows = np.arange(40).reshape(20, 2)
    >>> spread(Pairs(rows, np.arange(20), np.ones(20), np.zeros(20, bool), 20)).distances.tolist()
    [0, 2, 3, 5, 7, 9, 10, 12, 14, 16, 17, 19]
    """
    order = np.lexsort((pairs.rows[:, 1], pairs.rows[:, 0], -pairs.likeness, pairs.distances, ~pairs.exact))
    places = np.linspace(0, len(order) - 1, min(_PAIRS, len(order))).round().astype(int)
    return pairs[order[places]]
