"""Random selection of the images on the page, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations_with_replacement

import numpy as np

from tools.data_page.analysis import CollectionAnalysis
from tools.data_page.collection import PARTS
from tools.data_page.near_duplicates import DuplicatePairs

SIZE_CLASSES = ("largest", "middle", "smallest")
_LANDMARKS = 3  # of each class
_MATCHES = 6  # landmarks with two images of it and one of another
_PAIRS = 12  # of each two sets


@dataclass(frozen=True)
class LandmarkGallery:
    """Some train images of a landmark, as rows."""

    landmark: int
    count: int  # of its train images
    rows: np.ndarray


@dataclass(frozen=True)
class MatchExample:
    """Two train images of a landmark and one of another, as rows."""

    landmark: int
    rows: tuple[int, int]
    other: int
    other_row: int


@dataclass(frozen=True)
class GallerySelection:
    """All images on the page."""

    landmarks: dict[str, list[LandmarkGallery]]  # of each size class
    matches: list[MatchExample]
    parts: dict[int, np.ndarray]  # rows of index and test images
    pairs: dict[tuple[int, int], DuplicatePairs]  # of each two parts
    conflicts: DuplicatePairs

    def rows(self) -> Iterator[int]:
        """Yield the rows of all images, in any order and with repetitions."""
        for gallery in chain(*self.landmarks.values()):
            yield from gallery.rows.tolist()
        for match in self.matches:
            yield from (*match.rows, match.other_row)
        for rows in self.parts.values():
            yield from rows.tolist()
        for pairs in (*self.pairs.values(), self.conflicts):
            yield from pairs.rows.reshape(-1).tolist()


def select_images(survey: CollectionAnalysis, seed: int, images: int) -> GallerySelection:
    """Select the images of the page, at most `images` of them for each gallery."""
    sampler = _Sampler(survey, seed, images)
    both = combinations_with_replacement(range(len(PARTS)), 2)
    near = {two: sample_evenly(pairs) for two in both if len(pairs := survey.between(*two))}
    parts = {part: sampler.of_part(part) for part in range(1, len(PARTS))}
    return GallerySelection(sampler.landmarks(), sampler.matches(), parts, near, sample_evenly(survey.conflicts))


class _Sampler:
    """Samples images that can be decoded; each kind of sample has its own random generator."""

    def __init__(self, survey: CollectionAnalysis, seed: int, images: int) -> None:
        self.survey, self.seed, self.images = survey, seed, images
        self._train = np.flatnonzero(survey.usable[: len(survey.labels)])
        order = np.argsort(survey.labels[self._train], kind="stable")
        self._train = self._train[order]  # sorted by landmark
        self._labels = survey.labels[self._train]

    def landmarks(self) -> dict[str, list[LandmarkGallery]]:
        """Sample galleries of the largest, the middle and the smallest landmarks; ties are broken at random."""
        generator = np.random.default_rng([self.seed, 0])
        counts = self.survey.imbalance.counts
        order = np.lexsort((generator.permutation(len(counts)), -counts))
        thirds = np.array_split(order, len(SIZE_CLASSES))
        middle = max(0, (len(thirds[1]) - _LANDMARKS) // 2)
        classes = (thirds[0][:_LANDMARKS], thirds[1][middle:][:_LANDMARKS], thirds[2][-_LANDMARKS:])
        return {
            name: [self._gallery(place, generator) for place in places.tolist()]
            for name, places in zip(SIZE_CLASSES, classes, strict=True)
            if len(places)
        }

    def matches(self) -> list[MatchExample]:
        """Sample landmarks, two images of each, and an image of another landmark."""
        generator = np.random.default_rng([self.seed, 1])
        landmarks, counts = np.unique(self._labels, return_counts=True)
        several = landmarks[counts > 1] if len(landmarks) > 1 else landmarks[:0]
        sample = generator.choice(several, min(_MATCHES, len(several)), replace=False)
        return [self._match(landmark, generator) for landmark in sample.tolist()]

    def of_part(self, part: int) -> np.ndarray:
        """Sample images of a set, in its order."""
        rows = self.survey.collection.rows_of(part)
        return self._some(rows[self.survey.usable[rows]], 2 * self.images, np.random.default_rng([self.seed, 2, part]))

    def _gallery(self, place: int, generator: np.random.Generator) -> LandmarkGallery:
        landmark, count = self.survey.imbalance.landmarks[place], self.survey.imbalance.counts[place]
        return LandmarkGallery(int(landmark), int(count), self._some(self._of(landmark), self.images, generator))

    def _match(self, landmark: int, generator: np.random.Generator) -> MatchExample:
        one, two = generator.choice(self._of(landmark), 2, replace=False).tolist()
        place = int(generator.choice(np.flatnonzero(self._labels != landmark)))
        return MatchExample(landmark, (one, two), int(self._labels[place]), int(self._train[place]))

    def _of(self, landmark: int) -> np.ndarray:
        first, end = np.searchsorted(self._labels, [landmark, landmark + 1])
        return np.asarray(self._train[first:end])

    @staticmethod
    def _some(rows: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
        return np.sort(generator.choice(rows, min(count, len(rows)), replace=False))


def sample_evenly(pairs: DuplicatePairs) -> DuplicatePairs:
    """Return at most twelve pairs, evenly from the nearest to the farthest, ties by correlation and then by row.

    >>> rows = np.arange(40).reshape(20, 2)
    >>> sample_evenly(DuplicatePairs(rows, np.arange(20), np.ones(20), np.zeros(20, bool), 20)).distances.tolist()
    [0, 2, 3, 5, 7, 9, 10, 12, 14, 16, 17, 19]
    """
    order = np.lexsort((pairs.rows[:, 1], pairs.rows[:, 0], -pairs.correlations, pairs.distances, ~pairs.exact))
    places = np.linspace(0, len(order) - 1, min(_PAIRS, len(order))).round().astype(int)
    return pairs[order[places]]
