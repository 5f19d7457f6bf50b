"""A curve of precision against recall as an SVG chart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.web.charts.axes import Axis, PlotArea

AREA = PlotArea(440, 250, 50, 432, 20, 206)
MAX_POINTS = 200
_N_LISTED = 11


@dataclass(frozen=True)
class RecallCurve:
    """A curve with its axes; `points` are some of its points, recall and precision, for a table."""

    x: Axis
    y: Axis
    path: str
    fill: str
    points: Sequence[tuple[float, float]]

    area = AREA


def recall_curve(recall: np.ndarray, precision: np.ndarray, names: tuple[str, str]) -> RecallCurve | None:
    """Return the curve through points `(n,)` in [0, 1], thinned to MAX_POINTS; None for less than two points.

    `names` are those of the axes.
    """
    if len(recall) < 2 or np.isnan(precision).any():
        return None
    x = Axis(0, 1, AREA.x_min, AREA.x_max, name=names[0])
    y = Axis(0, 1, AREA.y_max, AREA.y_min, name=names[1])
    rows = np.unique(np.linspace(0, len(recall) - 1, MAX_POINTS).astype(int))
    points = list(zip(recall[rows].tolist(), precision[rows].tolist(), strict=True))
    line = "L".join(f"{x.at(one):g} {y.at(other):g}" for one, other in points)
    fill = f"M{x.at(points[0][0]):g} {y.start:g}L{line}L{x.at(points[-1][0]):g} {y.start:g}Z"
    listed = np.unique(np.linspace(0, len(points) - 1, _N_LISTED).astype(int)).tolist()
    return RecallCurve(x, y, "M" + line, fill, [points[row] for row in listed])
