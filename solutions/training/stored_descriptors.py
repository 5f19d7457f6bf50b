"""Descriptors from the store in batches, and their streaming moments (mean, variance)."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from harness import ImageSet
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.normalisation import l2_normalise

_BLOCK = 4096  # rows


@dataclass(frozen=True, eq=False)
class StoredDescriptors:
    """All poolings of some images, each L2-normalised and then concatenated; an `ImageBatches`."""

    arrays: tuple[np.ndarray, ...]  # (n, c) each, memory-mapped for the images of a whole table
    positions: np.ndarray  # (m,) of the images

    def __len__(self) -> int:
        return len(self.positions)

    def batch(self, positions: np.ndarray, _: int | None = None) -> np.ndarray:
        """Return rows `(b, d)` float32; they are the same in every epoch."""
        rows = self.positions[positions]
        return np.hstack([l2_normalise(np.asarray(array[rows], np.float32)) for array in self.arrays])

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield all rows in blocks."""
        for start in range(0, len(self), _BLOCK):
            yield self.batch(np.arange(start, min(start + _BLOCK, len(self))))


def load_descriptors(images: ImageSet, features: SquareExtractor, positions: np.ndarray) -> StoredDescriptors:
    """Return the descriptors of the images at these positions."""
    return StoredDescriptors(tuple(images.describe(features, name) for name in features.poolings), positions)


def descriptor_keys(descriptors: StoredDescriptors) -> np.ndarray:
    """Return a digest of each row `(m,)`, to seed random choices by the content of an image rather than its id."""
    return np.array([blake2b(row.tobytes(), digest_size=8).hexdigest() for block in descriptors for row in block])


@dataclass(frozen=True, eq=False)
class DescriptorMoments:
    """Mean and variance of rows `(d,)`, and the mean of each class `(k, d)`, float32."""

    mean: np.ndarray
    variance: np.ndarray
    means: np.ndarray


def compute_moments(descriptors: StoredDescriptors, classes: np.ndarray) -> DescriptorMoments:
    """Return the moments; `classes` `(m,)` are integers from 0."""
    counts = np.bincount(classes)
    sums, squares = _class_sums(descriptors, classes, len(counts))
    mean = np.sum(sums, axis=0) / len(descriptors)
    variance = np.maximum(squares / len(descriptors) - mean**2, 0)
    return DescriptorMoments(
        mean.astype(np.float32), variance.astype(np.float32), (sums / counts[:, None]).astype(np.float32)
    )


def _class_sums(descriptors: StoredDescriptors, classes: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums of the descriptors of each class `(n_classes, d)`, and of all squares `(d,)`."""
    width = descriptors.batch(np.arange(1)).shape[1]
    sums, squares, start = np.zeros((n_classes, width)), np.zeros(width), 0
    for block in descriptors:
        rows = block.astype(np.float64)
        np.add.at(sums, classes[start : start + len(rows)], rows)
        squares = squares + (rows**2).sum(axis=0)
        start += len(rows)
    return sums, squares
