"""Near-duplicates: images with similar perceptual hashes whose thumbnails correlate.

All images are compared, within and between the sets, by exact search on their hashes. Only the `NEIGHBOURS` nearest of
each image count, so of many copies of one image every copy is listed but not every pair. Copies that were rotated,
mirrored or cropped a lot have other hashes and are not found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import file_digest
from pathlib import Path

import numpy as np

from harness import track
from solutions.hashing.search.codes import Codes
from solutions.hashing.search.hamming import nearest
from tools.data_page.collection import Collection
from tools.data_page.thumbnails import GreyThumbnails

MAX_DISTANCE = 10  # of 64 bits; unrelated images differ by 32 ± 4
MIN_CORRELATION = 0.9  # of the grey thumbnails
NEIGHBOURS = 20  # of each image
_QUERIES = 4096  # per search
_PAIRS = 1024  # compared per batch


@dataclass(frozen=True)
class DuplicatePairs:
    """Pairs of images: rows `(m, 2)`, the smaller first, in ascending order; the other arrays are `(m,)`.

    `exact` marks files that are the same byte by byte; `correlations` are in [-1, 1], 0 for an image of one grey.
    """

    rows: np.ndarray
    distances: np.ndarray
    correlations: np.ndarray
    exact: np.ndarray
    candidates: int  # pairs with similar hashes

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, which: np.ndarray) -> DuplicatePairs:
        """Return some of the pairs."""
        columns = self.rows[which], self.distances[which], self.correlations[which], self.exact[which]
        return DuplicatePairs(*columns, self.candidates)


def find_near_duplicates(collection: Collection, codes: Codes, usable: np.ndarray) -> DuplicatePairs:
    """Return the near-duplicates among images with these codes `(n,)`, where `usable` `(n,)` excludes images."""
    rows = find_near_codes(codes, usable)
    distances = np.bitwise_count(codes[rows[:, 0]] ^ codes[rows[:, 1]]).astype(np.int64)
    exact = np.zeros(len(rows), bool)
    exact[distances == 0] = _same_files(collection, rows[distances == 0])
    correlations = _correlations(collection, rows)
    return DuplicatePairs(rows, distances, correlations, exact, len(rows))[exact | (correlations >= MIN_CORRELATION)]


def find_near_codes(
    codes: Codes, usable: np.ndarray, distance: int = MAX_DISTANCE, neighbours: int = NEIGHBOURS
) -> np.ndarray:
    """Return pairs of rows `(m, 2)`, ascending, at most `distance` bits apart and one among the other's nearest.

    >>> find_near_codes(np.array([0, 1, 255, 3], np.uint64), np.ones(4, bool), distance=1).tolist()
    [[0, 1], [1, 3]]
    """
    candidates = np.flatnonzero(usable)
    searched = np.ascontiguousarray(codes[candidates])
    blocks = [candidates[:0] * len(codes)]
    for start in track(range(0, len(candidates), _QUERIES), "finding near-duplicates"):
        queries = np.arange(start, min(start + _QUERIES, len(candidates)))
        distances, positions = nearest(searched[queries], searched, neighbours + 1)
        others = positions != queries[:, None]
        others &= others.cumsum(axis=1) <= neighbours
        row, column = np.nonzero(others & (positions >= 0) & (distances <= distance))
        one, other = candidates[queries[row]], candidates[positions[row, column]]
        blocks.append(np.minimum(one, other) * len(codes) + np.maximum(one, other))
    return np.stack(np.divmod(np.unique(np.concatenate(blocks)), max(1, len(codes))), axis=1)


def correlation(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation of rows of pixels, (n, d) uint8 each: (n,) in [-1, 1], 0 if a row is constant.

    Sums are integers, so the result does not depend on the batch.

    >>> a = np.array([[1, 2, 3], [1, 2, 3], [5, 5, 5]], np.uint8)
    >>> correlation(a, np.array([[2, 4, 6], [3, 2, 1], [1, 2, 3]], np.uint8)).tolist()
    [1.0, -1.0, 0.0]
    """
    x, y = one.astype(np.int64), other.astype(np.int64)
    covariance = _covariance(x, y)
    variances = _covariance(x, x).astype(float) * _covariance(y, y)
    return np.where(variances > 0, covariance / np.sqrt(np.where(variances > 0, variances, 1)), 0.0)


def _covariance(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return d² times the covariance of each two rows."""
    return np.asarray(x.shape[1] * (x * y).sum(axis=1) - x.sum(axis=1) * y.sum(axis=1))


def _correlations(collection: Collection, rows: np.ndarray) -> np.ndarray:
    """Return the correlation of the thumbnails of each pair, in batches."""
    for _, images in collection.split(np.unique(rows)):
        images.undecodable(GreyThumbnails())  # describes all of them in one pass
    batches = [np.zeros(0)]
    for start in range(0, len(rows), _PAIRS):
        pixels = collection.describe(GreyThumbnails(), rows[start : start + _PAIRS].reshape(-1))
        batches.append(correlation(pixels[::2], pixels[1::2]))
    return np.concatenate(batches)


def _same_files(collection: Collection, rows: np.ndarray) -> np.ndarray:
    """Return which pairs are equal byte by byte; files are digested at most once, and only if their sizes agree."""
    digest = cache(_digest)
    return np.array([_same(*paths, digest) for paths in _paths(collection, rows)], bool)


def _paths(collection: Collection, rows: np.ndarray) -> Iterator[tuple[Path, Path]]:
    for start in range(0, len(rows), _PAIRS):
        block = rows[start : start + _PAIRS].reshape(-1)
        paths = np.empty(len(block), object)
        for where, images in collection.split(block):
            paths[where] = images.paths
        yield from zip(paths[::2], paths[1::2], strict=True)


def _same(one: Path, other: Path, digest: Callable[[Path], bytes]) -> bool:
    try:
        return one.stat().st_size == other.stat().st_size and digest(one) == digest(other)
    except OSError:  # deleted meanwhile
        return False


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return file_digest(file, "sha256").digest()
