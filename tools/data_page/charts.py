"""Charts of the data page as plain values: logarithmic scatter charts and bar tables; the templates draw them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.web.charts.axes import Axis, PlotArea

AREA = PlotArea(400, 270, x_min=52, x_max=388, y_min=12, y_max=226)
_MAX_MARKED_RANKS = 60  # a curve of more points is drawn without discs
_LARGEST, _SMALLEST = 9.0, 1.2  # radius of a disc
_STEPS = 50  # discs in a decade


@dataclass(frozen=True)
class LogChart:
    """A chart with two logarithmic axes; `discs` are x, y and radius, `line` and `diagonal` are optional."""

    label: str
    x: Axis
    y: Axis
    discs: list[tuple[float, float, float]]
    line: str = ""
    diagonal: tuple[float, float, float, float] | None = None
    area: PlotArea = AREA


@dataclass(frozen=True)
class Bar:
    """A row of a bar table; `width` is a percentage of the longest bar, `share` a fraction of the total."""

    name: str
    count: int
    width: float
    share: float


@dataclass(frozen=True)
class BarTable:
    """Counts by name with a bar each."""

    head: Sequence[str]
    bars: list[Bar]

    @classmethod
    def of(cls, head: Sequence[str], rows: Iterable[tuple[str, int]], total: int) -> BarTable:
        """Make the bars of names and counts; shares are of `total`."""
        rows = list(rows)
        longest = max((count for _, count in rows), default=0) or 1
        return cls(head, [Bar(name, count, 100 * count / longest, count / (total or 1)) for name, count in rows])


def rank_chart(ranks: np.ndarray, counts: np.ndarray, x_name: str, y_name: str, label: str) -> LogChart:
    """Return the curve of counts, descending, over their ranks."""
    x, y = _axes(ranks, counts, x_name, y_name)
    places = [(x.at(rank), y.at(count)) for rank, count in zip(ranks.tolist(), counts.tolist(), strict=True)]
    discs = [(*place, 2.2) for place in places] if len(places) <= _MAX_MARKED_RANKS else []
    return LogChart(label, x, y, discs, " ".join(f"{a},{b}" for a, b in places))


def scatter_chart(widths: np.ndarray, heights: np.ndarray, x_name: str, y_name: str, label: str) -> LogChart:
    """Return a disc for each point, its area the number of points within a fiftieth of a decade, and the diagonal."""
    cells = np.round(_STEPS * np.log10(np.stack([widths, heights]))).astype(int)
    (columns, rows), count = np.unique(cells, axis=1, return_counts=True)
    values = 10 ** (columns / _STEPS), 10 ** (rows / _STEPS)
    x, y = _axes(*values, x_name, y_name)
    radius = np.maximum(_SMALLEST, _LARGEST * np.sqrt(count / count.max()))
    order = np.argsort(-radius, kind="stable")  # small discs are drawn above large ones
    discs = [(x.at(values[0][place]), y.at(values[1][place]), float(radius[place])) for place in order.tolist()]
    return LogChart(label, x, y, discs, diagonal=_diagonal(x, y))


def _axes(x: np.ndarray, y: np.ndarray, x_name: str, y_name: str) -> tuple[Axis, Axis]:
    return (
        Axis.fit(x.tolist(), AREA.x_min, AREA.x_max, log=True, name=x_name),
        Axis.fit(y.tolist(), AREA.y_max, AREA.y_min, log=True, name=y_name),
    )


def _diagonal(x: Axis, y: Axis) -> tuple[float, float, float, float] | None:
    """Return the line on which both values are the same, None if it lies outside."""
    low, high = max(x.low, y.low), min(x.high, y.high)
    return None if low >= high else (x.at(low), y.at(low), x.at(high), y.at(high))
