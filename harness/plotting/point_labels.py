"""Names beside the points of a figure, which cover no point, no line, no axis and no other name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from harness.plotting.label_placement import Box, Drawing, NamedPoint, PlacedLabel, Segment, place_labels
from harness.plotting.style import GREY
from leaderboard.safe_text import shorten

_LENGTHS = 28, 18, 12  # characters of a name
_GAP, _PADDING = 6.0, 1.5  # between a point and its name; around a name: points


def label_points(panel: Any, named: Sequence[tuple[str, float, float]]) -> list[str]:
    """Write the name of each point (name, x, y) in data coordinates, the most important first.

    Call it last, when all text has its size. Returns the names that had no room and were left out.
    """
    panel.figure.draw_without_rendering()
    pixels = panel.figure.dpi / 72
    places = [tuple(panel.transData.transform((x, y))) for _, x, y in named]
    points = [
        NamedPoint(place, _alternatives(panel, name, _PADDING * pixels))
        for (name, *_), place in zip(named, places, strict=True)
    ]
    area = Box(*(panel.bbox.x0 + 1, panel.bbox.y0 + 1, panel.bbox.x1 - 1, panel.bbox.y1 - 1))
    radius = max((line.get_markersize() for line in panel.get_lines()), default=6) * 0.75
    markers = [Box.around(place, radius * pixels) for place in places]
    placed = place_labels(
        points, Drawing(area, markers, [*_segments(panel)]), max(radius + 1, _GAP * _font_size(panel) / 8.5) * pixels
    )
    for label in filter(None, placed):
        _write(panel, label, _PADDING * pixels)
    return [name for (name, *_), label in zip(named, placed, strict=True) if label is None]


def _alternatives(panel: Any, name: str, padding: float) -> list[tuple[str, float, float]]:
    """Return a name in several lengths, with its width and height in pixels."""
    texts = dict.fromkeys(shorten(name, length) for length in _LENGTHS)
    return [(text, *_size(panel, text, padding)) for text in texts]


def _size(panel: Any, text: str, padding: float) -> tuple[float, float]:
    note = panel.text(0, 0, text, fontsize=_font_size(panel), parse_math=False)
    box = note.get_window_extent(panel.figure.canvas.get_renderer())
    note.remove()
    return box.width + 2 * padding, box.height + 2 * padding


def _font_size(panel: Any) -> float:
    """Return the size of names: a little less than that of the axis's name."""
    return 0.85 * float(panel.xaxis.label.get_size())


def _segments(panel: Any) -> Iterator[Segment]:
    """Yield the segments of the lines of a panel in pixels, not of points without a line."""
    for line in panel.get_lines():
        if line.get_linestyle() != "None":
            corners = line.get_path().transformed(line.get_transform()).vertices.tolist()
            yield from pairwise([(x, y) for x, y in corners])


def _write(panel: Any, label: PlacedLabel, padding: float) -> None:
    """Write a name, and the line to its point, where they do not change the layout of the figure."""
    to_axes = panel.transAxes.inverted().transform
    x, y = to_axes((label.box.x0 + padding, (label.box.y0 + label.box.y1) / 2))
    style = {"transform": panel.transAxes, "ha": "left", "va": "center", "parse_math": False}
    panel.text(x, y, label.text, fontsize=_font_size(panel), **style).set_in_layout(False)
    if label.leader:
        from matplotlib.lines import Line2D

        ends = [to_axes(end) for end in label.leader]
        (x, y), (end_x, end_y) = ends
        line = Line2D([x, end_x], [y, end_y], transform=panel.transAxes, color=GREY, linewidth=0.5)
        line.set_in_layout(False)
        panel.add_artist(line)
