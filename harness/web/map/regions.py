"""The regions of a map as a table: cells of a grid with their images, their mean score and their landmark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from harness.web.map.points import UNKNOWN, MapPoints

GRID = 6  # cells along each axis
_FEW = 5  # queries, fewer of which have no telling mean


@dataclass(frozen=True)
class Region:
    """A cell of the grid: where it is, its images and queries, the mean score of these, and its commonest landmark.

    `area` holds the corners of the cell as in addresses.
    """

    name: str
    area: str
    images: int
    queries: int
    score: float | None
    landmark: str


def map_regions(points: MapPoints, name_of: Callable[[int], str]) -> list[Region]:
    """Return the cells that hold images: by mean score, lowest first, then those with fewer than five queries."""
    cells = (points.layout.places.astype(np.int64) * GRID) // 65_536
    numbers = cells[:, 1] * GRID + cells[:, 0]
    regions = [_region(points, np.flatnonzero(numbers == each), int(each), name_of) for each in np.unique(numbers)]
    return sorted(
        regions, key=lambda region: (region.queries < _FEW, region.score is None, region.score or 0.0, -region.images)
    )


def _region(points: MapPoints, inside: np.ndarray, number: int, name_of: Callable[[int], str]) -> Region:
    row, column = divmod(number, GRID)
    known, counts = np.unique(points.landmarks[inside], return_counts=True)
    counts = np.where(known == UNKNOWN, 0, counts)
    scores = points.scores[inside]
    n_queries = int((~np.isnan(scores)).sum())
    return Region(
        f"row {row + 1}, column {column + 1}",
        rectangle(column / GRID, row / GRID, (column + 1) / GRID, (row + 1) / GRID),
        len(inside),
        n_queries,
        float(np.nanmean(scores)) if n_queries else None,
        name_of(int(known[counts.argmax()])) if counts.max() else "",
    )


def rectangle(left: float, top: float, right: float, bottom: float) -> str:
    """Return a rectangle as it stands in addresses: corners as shares of the map.

    >>> rectangle(0, 0, 0.5, 1)
    '0,0;0.5,0;0.5,1;0,1'
    """
    corners = (left, top), (right, top), (right, bottom), (left, bottom)
    return ";".join(f"{x:.4g},{y:.4g}" for x, y in corners)
