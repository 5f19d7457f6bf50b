"""A scatter chart of two entries' scores of each query: dots that lead to queries, or squares that count them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.web.charts.axes import Axis, PlotArea
from metrics.statistics.permutation_test import ROUNDING

AREA = PlotArea(340, 340, 48, 332, 10, 294)
MAX_DOTS = 400  # different positions; beyond them squares count the queries
_SIDE = 20  # squares along each axis
_RADIUS = 3.5


@dataclass(frozen=True)
class ScatterMark:
    """A dot, or a square of side `2 * radius`, its address and its description."""

    x: float
    y: float
    radius: float
    address: str
    description: str


@dataclass(frozen=True)
class QueryScatter:
    """Scores of queries in [0, 1] under two entries; `counts` are queries above, on and below the diagonal."""

    x: Axis
    y: Axis
    marks: Sequence[ScatterMark]
    has_squares: bool
    counts: tuple[int, int, int]

    area = AREA


@dataclass(frozen=True)
class ScatterAddresses:
    """Addresses of a query by its row, and of the queries whose first score is in a range."""

    query: Callable[[int], str]
    scores: Callable[[float, float], str]


def query_scatter(
    first: np.ndarray, second: np.ndarray, ids: Sequence[str], names: tuple[str, str], addresses: ScatterAddresses
) -> QueryScatter:
    """Return the chart of two scores `(n_queries,)` of the queries with these ids; NaN leaves out a query.

    `names` are those of the axes.
    """
    x = Axis(0, 1, AREA.x_min, AREA.x_max, name=names[0])
    y = Axis(0, 1, AREA.y_max, AREA.y_min, name=names[1])
    rows = np.flatnonzero(~np.isnan(first) & ~np.isnan(second))
    apart = second[rows] - first[rows]
    above, below = int((apart > ROUNDING).sum()), int((apart < -ROUNDING).sum())
    positions = np.round(np.stack([first[rows], second[rows]], axis=1) * (AREA.x_max - AREA.x_min))
    unique, members, sizes = np.unique(positions, axis=0, return_index=True, return_counts=True)
    has_squares = len(unique) > MAX_DOTS
    if has_squares:
        marks = _squares(x, y, first[rows], second[rows], addresses)
    else:
        marks = [
            _dot(x, y, first, second, ids, int(rows[member]), int(size), addresses)
            for member, size in zip(members, sizes, strict=True)
        ]
    return QueryScatter(x, y, marks, has_squares, (above, len(rows) - above - below, below))


def _dot(
    x: Axis,
    y: Axis,
    first: np.ndarray,
    second: np.ndarray,
    ids: Sequence[str],
    row: int,
    size: int,
    addresses: ScatterAddresses,
) -> ScatterMark:
    one, other = float(first[row]), float(second[row])
    more = f" and {size - 1} more" if size > 1 else ""
    text = f"query {ids[row]}{more}: {one:.3f} and {other:.3f}"
    radius = min(2 * _RADIUS, _RADIUS * size**0.25)
    return ScatterMark(x.at(one), y.at(other), round(radius, 1), addresses.query(row), text)


def _squares(x: Axis, y: Axis, first: np.ndarray, second: np.ndarray, addresses: ScatterAddresses) -> list[ScatterMark]:
    """Return a square for each cell of a grid that holds queries; its area grows with their number."""
    cells = [np.minimum((values * _SIDE).astype(int), _SIDE - 1) for values in (first, second)]
    counts = np.zeros((_SIDE, _SIDE), int)
    np.add.at(counts, (cells[0], cells[1]), 1)
    largest = (AREA.x_max - AREA.x_min) / _SIDE / 2
    return [
        ScatterMark(
            x.at((column + 0.5) / _SIDE),
            y.at((line + 0.5) / _SIDE),
            round(max(0.8, largest * (counts[column, line] / counts.max()) ** 0.25), 1),
            addresses.scores(column / _SIDE, (column + 1) / _SIDE),
            f"{counts[column, line]:,} queries: {_range(column)} and {_range(line)}",
        )
        for column, line in np.argwhere(counts).tolist()
    ]


def _range(cell: int) -> str:
    return f"{cell / _SIDE:.2f} to {(cell + 1) / _SIDE:.2f}"
