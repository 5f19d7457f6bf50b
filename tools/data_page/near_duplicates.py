"""Images that are nearly the same: near by their perceptual hash, and alike pixel by pixel when made small.

Looked for among all images, within and between the sets. Compared with all others is each code, by the exact kernel in
blocks of queries; of each image only the `NEIGHBOURS` nearest are looked at, so of many copies of one image not every
pair is listed, though each copy is. Copies that are turned or mirrored, or cropped by much, are not found: their hash
is another.
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
from tools.data_page.thumbnails import Greys

DISTANCE = 10  # bits of 64 at most; two images that have nothing in common are 32 apart, give or take 4
LIKENESS = 0.9  # correlation of the grey thumbnails at least
NEIGHBOURS = 20  # of each image
_QUERIES = 4096  # asked at once
_PAIRS = 1024  # compared at once


@dataclass(frozen=True)
class Pairs:
    """Pairs of images: rows `(m, 2)`, the smaller first, in ascending order; what follows is `(m,)`.

    `exact` are the same file byte by byte; `likeness` is a correlation in [-1, 1], 0 where an image is of one grey.
    """

    rows: np.ndarray
    distances: np.ndarray
    likeness: np.ndarray
    exact: np.ndarray
    candidates: int  # pairs that were near by their hash

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, which: np.ndarray) -> Pairs:
        """Some of the pairs."""
        chosen = self.rows[which], self.distances[which], self.likeness[which], self.exact[which]
        return Pairs(*chosen, self.candidates)


def near_duplicates(collection: Collection, codes: Codes, usable: np.ndarray) -> Pairs:
    """The near-duplicates among images with the given codes `(n,)`, where `usable` `(n,)` says that there is one."""
    rows = near_pairs(codes, usable)
    distances = np.bitwise_count(codes[rows[:, 0]] ^ codes[rows[:, 1]]).astype(np.int64)
    exact = np.zeros(len(rows), bool)
    exact[distances == 0] = _same_files(collection, rows[distances == 0])
    likeness = _likeness(collection, rows)
    return Pairs(rows, distances, likeness, exact, len(rows))[exact | (likeness >= LIKENESS)]


def near_pairs(codes: Codes, usable: np.ndarray, distance: int = DISTANCE, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """Pairs of rows `(m, 2)`, ascending, that are at most `distance` bits apart, of one of them among the nearest.

    >>> near_pairs(np.array([0, 1, 255, 3], np.uint64), np.ones(4, bool), distance=1).tolist()
    [[0, 1], [1, 3]]
    """
    there = np.flatnonzero(usable)
    searched = np.ascontiguousarray(codes[there])
    blocks = [there[:0] * len(codes)]
    for start in track(range(0, len(there), _QUERIES), "looking for near-duplicates"):
        queries = np.arange(start, min(start + _QUERIES, len(there)))
        distances, positions = nearest(searched[queries], searched, neighbours + 1)
        others = positions != queries[:, None]
        others &= others.cumsum(axis=1) <= neighbours
        row, column = np.nonzero(others & (positions >= 0) & (distances <= distance))
        one, other = there[queries[row]], there[positions[row, column]]
        blocks.append(np.minimum(one, other) * len(codes) + np.maximum(one, other))
    return np.stack(np.divmod(np.unique(np.concatenate(blocks)), max(1, len(codes))), axis=1)


def correlation(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Pearson's correlation of rows of pixels, (n, d) uint8 each: (n,) in [-1, 1], 0 where a row is constant.

    Sums are of whole numbers, so that a pair comes out the same in any company.

    >>> a = np.array([[1, 2, 3], [1, 2, 3], [5, 5, 5]], np.uint8)
    >>> correlation(a, np.array([[2, 4, 6], [3, 2, 1], [1, 2, 3]], np.uint8)).tolist()
    [1.0, -1.0, 0.0]
    """
    x, y = one.astype(np.int64), other.astype(np.int64)
    shared = _covariance(x, y)
    spread = _covariance(x, x).astype(float) * _covariance(y, y)
    return np.where(spread > 0, shared / np.sqrt(np.where(spread > 0, spread, 1)), 0.0)


def _covariance(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """n² times the covariance of each two rows."""
    return np.asarray(x.shape[1] * (x * y).sum(axis=1) - x.sum(axis=1) * y.sum(axis=1))


def _likeness(collection: Collection, rows: np.ndarray) -> np.ndarray:
    """The correlation of the thumbnails of each pair, some pairs at a time."""
    for _, images in collection.split(np.unique(rows)):
        images.undecodable(Greys())  # describes them all at once, and reads none
    found = [np.zeros(0)]
    for start in range(0, len(rows), _PAIRS):
        pixels = collection.describe(Greys(), rows[start : start + _PAIRS].reshape(-1))
        found.append(correlation(pixels[::2], pixels[1::2]))
    return np.concatenate(found)


def _same_files(collection: Collection, rows: np.ndarray) -> np.ndarray:
    """Which pairs are the same byte by byte; digests are made of files of one size only, once of each."""
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
    except OSError:  # it is not there any more
        return False


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return file_digest(file, "sha256").digest()
