"""The plan of a synthetic competition: part, landmark, id and near-duplicate of each of up to millions of images."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

PARTS = ("train", "index", "test")
NO_LANDMARK = -1  # label of distractors
_MIN_IMAGES = (2, 1, 1)  # images per landmark in each part
_LOG_DEVIATIONS = (0.8, 0.45, 0.45)  # of the log number of images in each part; train has the longest tail
_BITS = 2**64 - 1

Integers: TypeAlias = NDArray[np.int64]


class ImagePlan:
    """Images are numbered by landmark (train, index, then test images of each), followed by distractors."""

    def __init__(
        self, seed: int, landmarks: int, per_landmark: Sequence[float], distractors: float, near_duplicates: float
    ) -> None:
        """Sample the number of images of each landmark; `per_landmark` holds the means of train, index and test.

        `distractors` is the share of index and test images without a landmark, `near_duplicates` the share of queries
        that are made from an index image.
        """
        self.seed = seed
        self._near_duplicates = near_duplicates
        rng = np.random.default_rng((seed, 5))
        counts = [
            _sample_counts(rng, landmarks, *part)
            for part in zip(per_landmark, _MIN_IMAGES, _LOG_DEVIATIONS, strict=True)
        ]
        self.counts: Integers = np.stack(counts, axis=1)  # (landmarks, 3)
        distractor_counts = np.rint(self.counts[:, 1:].sum(axis=0) * distractors / (1 - distractors)).astype(np.int64)
        runs = np.concatenate([self.counts.ravel(), distractor_counts])
        self._part = np.repeat(np.append(np.tile(np.arange(3), landmarks), [1, 2]).astype(np.uint8), runs)
        labels = np.append(np.repeat(np.arange(landmarks), 3), [NO_LANDMARK, NO_LANDMARK]).astype(np.int32)
        self._landmark = np.repeat(labels, runs)
        self._starts: Integers = np.append(0, np.cumsum(self.counts.ravel()))

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self._part)

    def part(self, number: int) -> str:
        """Return the part of an image."""
        return PARTS[self._part[number]]

    def landmark(self, number: int) -> int:
        """Return the landmark of an image, NO_LANDMARK for a distractor."""
        return int(self._landmark[number])

    def numbers(self, part: str, landmark: int) -> range:
        """Return the numbers of the images of a landmark in a part."""
        at = 3 * landmark + PARTS.index(part)
        return range(int(self._starts[at]), int(self._starts[at + 1]))

    def original(self, number: int) -> int | None:
        """Return the index image of which a query is a near-duplicate, otherwise None."""
        landmark = self.landmark(number)
        if landmark == NO_LANDMARK or self.part(number) != "test":
            return None
        rng = np.random.default_rng((self.seed, 6, number))
        if rng.random() >= self._near_duplicates:
            return None
        return int(rng.choice(self.numbers("index", landmark)))

    def sorted_by_id(self, part: str) -> Integers:
        """Return the images of a part sorted by id; the order is independent of the landmarks."""
        numbers = np.flatnonzero(self._part == PARTS.index(part))
        return numbers[np.argsort(self._scramble(numbers))]

    def ids(self, numbers: Integers | range) -> list[str]:
        """Return the ids of images: 16 hexadecimal digits, unique."""
        return [f"{scrambled:016x}" for scrambled in self._scramble(np.asarray(numbers)).tolist()]

    def _scramble(self, numbers: Integers) -> NDArray[np.uint64]:
        """Map numbers one-to-one to random-looking ones with SplitMix64."""
        scrambled = numbers.astype(np.uint64) + np.uint64((self.seed + 1) * 0x9E3779B97F4A7C15 & _BITS)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            scrambled = (scrambled ^ (scrambled >> np.uint64(shift))) * np.uint64(factor)
        return scrambled ^ (scrambled >> np.uint64(31))

    def is_public(self) -> NDArray[np.bool_]:
        """Return whether each image counts for the public score if it is a query; about a third do."""
        return np.random.default_rng((self.seed, 7)).random(len(self)) < 1 / 3


def _sample_counts(rng: np.random.Generator, landmarks: int, mean: float, minimum: int, deviation: float) -> Integers:
    """Sample long-tailed numbers of images with approximately the given mean and minimum."""
    tail = rng.lognormal(-(deviation**2) / 2, deviation, size=landmarks)
    return np.rint(minimum + (mean - minimum) * tail).astype(np.int64)
