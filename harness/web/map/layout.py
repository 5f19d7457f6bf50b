"""The layout of a map: its images and their places in the plane, stored by a digest of all that it depends on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from harness.web.data.stored_content import read_content, write_content
from harness.web.map.descriptors import PARTS, DescriptorSet
from harness.web.map.projection import METHODS, Report

MAX_POINTS = 100_000
_VERSION = 1  # of layouts: raise it when the same descriptors come to give other places
_TOP = 65_535  # largest coordinate


@dataclass(frozen=True, eq=False)
class MapLayout:
    """The images of a map: number of the part `(n,)` uint8, row in that part `(n,)` int32, places `(n, 2)` uint16.

    `n_images` counts the images with a descriptor, of which at most MAX_POINTS are on the map. `shares` are the shares
    of the variance that both axes hold, None if they are no principal components.
    """

    parts: np.ndarray
    rows: np.ndarray
    places: np.ndarray
    n_images: int
    shares: tuple[float, float] | None

    def to_bytes(self) -> bytes:
        """Return the layout as a line of JSON and the three arrays."""
        header = {"n": len(self.rows), "n_images": self.n_images, "shares": self.shares}
        arrays = self.parts.astype("u1"), self.rows.astype("<i4"), self.places.astype("<u2")
        return json.dumps(header).encode() + b"\n" + b"".join(array.tobytes() for array in arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> MapLayout:
        """Return the layout that `to_bytes` wrote."""
        line, _, rest = content.partition(b"\n")
        header = json.loads(line)
        n = int(header["n"])
        parts, rows = np.frombuffer(rest, "u1", n), np.frombuffer(rest, "<i4", n, n)
        places = np.frombuffer(rest, "<u2", 2 * n, 5 * n).reshape(n, 2)
        shares = header["shares"]
        return cls(parts, rows, places, int(header["n_images"]), tuple(shares) if shares else None)


def layout_digest(descriptors: DescriptorSet, parts: Sequence[str], method: str) -> str:
    """Return a digest of all that a layout depends on: 40 hexadecimal digits."""
    facts = [_VERSION, MAX_POINTS, sorted(parts), method, descriptors.state_digest().hex()]
    return sha256(json.dumps(facts).encode()).hexdigest()[:40]


class LayoutStore:
    """Layouts in a folder, by digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, digest: str) -> MapLayout | None:
        """Return a stored layout; None if there is none or it is damaged."""
        content = read_content(self._folder / digest)
        return None if content is None else MapLayout.from_bytes(content)

    def save(self, digest: str, layout: MapLayout) -> None:
        """Store a layout; does nothing if the disk is full."""
        write_content(self._folder / digest, layout.to_bytes())


def make_layout(descriptors: DescriptorSet, parts: Sequence[str], method: str, report: Report) -> MapLayout:
    """Return the layout of the images of some parts, at most MAX_POINTS of them, spread evenly over the tables."""
    numbers, rows = _images_with_descriptors(descriptors, parts)
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), MAX_POINTS)).astype(np.int64))
    n_images, numbers, rows = len(rows), numbers[chosen], rows[chosen]
    if not len(rows):
        return MapLayout(numbers, rows, np.zeros((0, 2), np.uint16), 0, None)

    def read(positions: np.ndarray) -> np.ndarray:
        of = numbers[positions]
        blocks = [descriptors.vectors(PARTS[part], rows[positions[of == part]]) for part in np.unique(of).tolist()]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)  # positions ascend, and parts with them

    projected = METHODS[method](read, len(rows), report)
    return MapLayout(numbers, rows, _to_square(projected.points), n_images, projected.shares)


def _images_with_descriptors(descriptors: DescriptorSet, parts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the part and the row of each image that has a descriptor, part by part."""
    numbers, rows = [np.zeros(0, np.uint8)], [np.zeros(0, np.int32)]
    for number, part in enumerate(PARTS):
        if part in parts and part in descriptors.stores:
            described = descriptors.rows_with_descriptors(part).astype(np.int32)
            rows.append(described)
            numbers.append(np.full(len(described), number, np.uint8))
    return np.concatenate(numbers), np.concatenate(rows)


def _to_square(points: np.ndarray) -> np.ndarray:
    """Return the points as whole numbers from 0 to 65535, y downwards, both axes in one scale, outliers at the edges.

    >>> _to_square(np.array([[0, 0], [2, 1]], np.float32)).tolist()
    [[0, 49151], [65535, 16384]]
    """
    low, high = np.percentile(points, [0.02, 99.98], axis=0) if len(points) > 4000 else (points.min(0), points.max(0))
    scale = max(float((high - low).max()), 1e-12)
    square = (points - (low + high) / 2) / scale + 0.5
    square[:, 1] = 1 - square[:, 1]
    return np.asarray(np.rint(square.clip(0, 1) * _TOP), np.uint16)
