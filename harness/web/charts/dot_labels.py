"""Names beside the dots of a chart, as far as there is room for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.plotting.label_placement import Box, Drawing, NamedPoint, Segment, place_labels
from harness.web.charts.axes import PlotArea
from leaderboard.safe_text import shorten

MAX_LABELS = 14
_LENGTHS = 26, 14  # characters
_CHARACTER, _HEIGHT, _GAP = 6.3, 13.0, 7.0  # SVG units at the font size of a chart
_RADIUS = 4.0  # of the free space around a dot
_BASELINE = 0.76  # of the height, from the top


@dataclass(frozen=True)
class DotLabel:
    """A name at its left end and baseline, and the ends of the line that leads to its dot, if there is one."""

    text: str
    x: float
    y: float
    leader: tuple[float, float, float, float] | None


def label_dots(
    named: Iterable[tuple[str, float, float]],
    points: Sequence[tuple[float, float]],
    path: Sequence[Segment],
    area: PlotArea,
) -> list[DotLabel]:
    """Return the names that have room, of the first MAX_LABELS of `named` (name, x, y), the most important first.

    They cover none of the `points`, no segment of the `path`, no axis and no other name.
    """
    chosen = [NamedPoint((x, y), _alternatives(name)) for name, x, y in [*named][:MAX_LABELS]]
    inside = Box(area.x_min + 2, area.y_min, area.width - 2, area.y_max - 2)
    drawing = Drawing(inside, [Box.around(point, _RADIUS) for point in points], path)
    return [
        DotLabel(
            label.text,
            round(label.box.x0, 1),
            round(label.box.y0 + _BASELINE * _HEIGHT, 1),
            None if label.leader is None else _rounded(label.leader),
        )
        for label in place_labels(chosen, drawing, _GAP)
        if label
    ]


def _alternatives(name: str) -> list[tuple[str, float, float]]:
    texts = dict.fromkeys(shorten(name, length) for length in _LENGTHS)
    return [(text, _CHARACTER * len(text), _HEIGHT) for text in texts]


def _rounded(segment: Segment) -> tuple[float, float, float, float]:
    (x, y), (end_x, end_y) = segment
    return round(x, 1), round(y, 1), round(end_x, 1), round(end_y, 1)
