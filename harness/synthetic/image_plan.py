"""Which image of a synthetic competition is what: parts, landmarks, ids and near-duplicates, for millions of images."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

PARTS = ("train", "index", "test")
NOTHING = -1  # in place of a landmark
_LEAST = (2, 1, 1)  # images of a landmark in each part
_SPREAD = (0.8, 0.45, 0.45)  # of the logarithm of their number; train has the longest tail
_BITS = 2**64 - 1

Integers: TypeAlias = NDArray[np.int64]


class Plan:
    """Images are numbered landmark by landmark (its train, index and test images in turn), then distractors."""

    def __init__(
        self, seed: int, landmarks: int, per_landmark: Sequence[float], distractors: float, near_duplicates: float
    ) -> None:
        """Draw how many images each landmark has; ``per_landmark`` are the means of train, index and test.

        ``distractors`` is the share of index and test that shows no landmark, ``near_duplicates`` that of the queries
        that are made from an index image.
        """
        self.seed = seed
        self._near_duplicates = near_duplicates
        rng = np.random.default_rng((seed, 5))
        counts = [_draw_counts(rng, landmarks, *part) for part in zip(per_landmark, _LEAST, _SPREAD, strict=True)]
        self.counts: Integers = np.stack(counts, axis=1)  # (landmarks, 3)
        others = np.rint(self.counts[:, 1:].sum(axis=0) * distractors / (1 - distractors)).astype(np.int64)
        runs = np.concatenate([self.counts.ravel(), others])
        self._part = np.repeat(np.append(np.tile(np.arange(3), landmarks), [1, 2]).astype(np.uint8), runs)
        shown = np.append(np.repeat(np.arange(landmarks), 3), [NOTHING, NOTHING]).astype(np.int32)
        self._landmark = np.repeat(shown, runs)
        self._starts: Integers = np.append(0, np.cumsum(self.counts.ravel()))

    def __len__(self) -> int:
        """The number of images."""
        return len(self._part)

    def part(self, number: int) -> str:
        """The part an image is in."""
        return PARTS[self._part[number]]

    def landmark(self, number: int) -> int:
        """The landmark an image is taken of, NOTHING for a distractor."""
        return int(self._landmark[number])

    def numbers(self, part: str, landmark: int) -> range:
        """The images of a landmark in a part."""
        at = 3 * landmark + PARTS.index(part)
        return range(int(self._starts[at]), int(self._starts[at + 1]))

    def original(self, number: int) -> int | None:
        """The index image a query nearly duplicates; None for an image that has a view of its own."""
        landmark = self.landmark(number)
        if landmark == NOTHING or self.part(number) != "test":
            return None
        rng = np.random.default_rng((self.seed, 6, number))
        if rng.random() >= self._near_duplicates:
            return None
        return int(rng.choice(self.numbers("index", landmark)))

    def in_order(self, part: str) -> Integers:
        """The images of a part in the order of their ids, which tells nothing of their landmarks."""
        numbers = np.flatnonzero(self._part == PARTS.index(part))
        return numbers[np.argsort(self._mixed(numbers))]

    def ids(self, numbers: Integers | range) -> list[str]:
        """The ids of images: 16 hexadecimal digits, no two alike."""
        return [f"{mixed:016x}" for mixed in self._mixed(np.asarray(numbers)).tolist()]

    def _mixed(self, numbers: Integers) -> NDArray[np.uint64]:
        """Scramble numbers one to one, as SplitMix64 does."""
        mixed = numbers.astype(np.uint64) + np.uint64((self.seed + 1) * 0x9E3779B97F4A7C15 & _BITS)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        return mixed ^ (mixed >> np.uint64(31))

    def is_public(self) -> NDArray[np.bool_]:
        """Whether each image, if it is a query, counts for the public score: about a third do."""
        return np.random.default_rng((self.seed, 7)).random(len(self)) < 1 / 3


def _draw_counts(rng: np.random.Generator, landmarks: int, mean: float, least: int, spread: float) -> Integers:
    """Long-tailed numbers of images with about the given mean, none below the least."""
    tail = rng.lognormal(-(spread**2) / 2, spread, size=landmarks)
    return np.rint(least + (mean - least) * tail).astype(np.int64)
