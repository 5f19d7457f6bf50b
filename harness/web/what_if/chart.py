"""The chart of the what-if page: public and private score by list length, or by the number of answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.comparing.what_if import LIST_LENGTHS, WhatIfResult, WhatIfRow
from harness.web.charts.axes import Axis, PlotArea
from leaderboard.rendering.format_cells import metric_label

AREA = PlotArea(560, 320, 58, 548, 12, 276)
PARTS = ("public", "private", "all")


@dataclass(frozen=True)
class WhatIfLine:
    """The score of a part at each cut-off, and its mark at the best cut-off on public, if there is one."""

    part: str
    points: tuple[tuple[float, float], ...]
    best: tuple[float, float] | None

    @property
    def path(self) -> str:
        """The line as an SVG path."""
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in self.points)


@dataclass(frozen=True)
class WhatIfChart:
    """A line for each part between two axes; `steps` are the ticks of list lengths, None for those of the axis."""

    x: Axis
    y: Axis
    steps: Sequence[tuple[float, int]] | None
    lines: Sequence[WhatIfLine]

    area = AREA


def what_if_chart(result: WhatIfResult, parts: Sequence[str] = PARTS) -> WhatIfChart | None:
    """Draw the scores at each cut-off; None if fewer than two of them differ in their answers."""
    rows = result.cut_offs()
    scores = [score for row in rows for part in parts if (score := result.score(row, part)) is not None]
    if len({_place(result, row) for row in rows}) < 2 or not scores:
        return None
    is_retrieval = result.metric.task == "retrieval"
    if is_retrieval:
        x = Axis(1, max(LIST_LENGTHS), AREA.x_min + 8, AREA.x_max - 8, log=True, name="images per list, at most")
    else:
        x = Axis(
            0, max(row.answers for row in rows), AREA.x_min, AREA.x_max - 8, name="answers, the most confident first"
        )
    y = Axis.fit(scores, AREA.y_max, AREA.y_min, name=metric_label(result.metric.name))
    steps = [(x.at(length), length) for length in LIST_LENGTHS] if is_retrieval else None
    lines = [_line(result, rows, part, x, y) for part in parts]
    return WhatIfChart(x, y, steps, [line for line in lines if line.points])


def _line(result: WhatIfResult, rows: Sequence[WhatIfRow], part: str, x: Axis, y: Axis) -> WhatIfLine:
    best = result.best_on_public()
    points = {
        row.change: (x.at(_place(result, row)), y.at(score))
        for row in rows
        if (score := result.score(row, part)) is not None
    }
    return WhatIfLine(part, tuple(points.values()), points.get(best.change) if best else None)


def _place(result: WhatIfResult, row: WhatIfRow) -> float:
    """Return where a row is on the horizontal axis."""
    return (row.cut_off or 0.0) if result.metric.task == "retrieval" else row.answers
