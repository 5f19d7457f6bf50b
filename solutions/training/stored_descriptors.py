"""Descriptors as they lie in the store, read a batch at a time, and what is known of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from harness import ImageSet
from solutions.descriptors.extractors.square import Features
from solutions.descriptors.pooling.pooling import unit

_AT_A_TIME = 4096


@dataclass(frozen=True, eq=False)
class Rows:
    """All poolings of some images side by side, each of length one."""

    arrays: tuple[np.ndarray, ...]  # (n, c) each, memory-mapped where the images are all of a table
    places: np.ndarray  # (m,) of those meant

    def __len__(self) -> int:
        return len(self.places)

    def batch(self, places: np.ndarray, _: int | None = None) -> np.ndarray:
        """Return some rows `(b, d)` float32; they are the same in every epoch."""
        chosen = self.places[places]
        return np.hstack([unit(np.asarray(each[chosen], np.float32)) for each in self.arrays])

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield all rows, some thousand at a time."""
        for start in range(0, len(self), _AT_A_TIME):
            yield self.batch(np.arange(start, min(start + _AT_A_TIME, len(self))))


def rows_of(images: ImageSet, features: Features, places: np.ndarray) -> Rows:
    """Return the rows of the images at these places."""
    return Rows(tuple(images.describe(features, name) for name in features.poolings), places)


def looks(rows: Rows) -> np.ndarray:
    """Return a word for each row `(m,)` that follows from its numbers alone, for chance that no id decides."""
    return np.array([blake2b(row.tobytes(), digest_size=8).hexdigest() for some in rows for row in some])


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and variance of rows `(d,)`, and the mean of each class `(k, d)`, float32."""

    mean: np.ndarray
    variance: np.ndarray
    means: np.ndarray


def moments(rows: Rows, classes: np.ndarray) -> Moments:
    """Return the moments; `classes` `(m,)` count from 0."""
    counts = np.bincount(classes)
    width = rows.batch(np.arange(1)).shape[1]
    sums, squares, start = np.zeros((len(counts), width)), np.zeros(width), 0
    for some in rows:
        wide = some.astype(np.float64)
        np.add.at(sums, classes[start : start + len(some)], wide)
        squares = squares + (wide**2).sum(axis=0)
        start += len(some)
    mean = np.sum(sums, axis=0) / len(rows)
    variance = np.maximum(squares / len(rows) - mean**2, 0)
    return Moments(mean.astype(np.float32), variance.astype(np.float32), (sums / counts[:, None]).astype(np.float32))
