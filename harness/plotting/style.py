"""Colours safe for colour blindness, line styles and markers that differ in greyscale, axes and labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.plotting.figure import COLOURS, save_picture

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#5f6a70"
STYLES = "-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1))
MARKERS = "o", "s", "^", "D", "v", "P", "X"
LINES = len(COLOURS)  # distinguishable lines

FULL_TEXT_WIDTH = 5.0  # inches from which on text has its full size

Inches = tuple[float, float]  # width, height


def line_style(place: int) -> dict[str, Any]:
    """Return colour, line style and marker of line number `place`; they differ for the first `LINES`.

    >>> line_style(1)
    {'color': '#d55e00', 'linestyle': '--', 'marker': 's'}
    """
    return {"color": COLOURS[place % LINES], "linestyle": STYLES[place % LINES], "marker": MARKERS[place % LINES]}


LABEL_LENGTH = 38  # characters of a name next to a panel
LABEL_OFFSETS = [(side, level) for level in (3, -10, 15, -22, 27) for side in (6, -6)]  # offsets in points


def place_labels(panel: Any, labels: Sequence[tuple[str, float, float]]) -> None:
    """Write each label beside its point at the first offset without an overlap, or at the last. Call it last."""
    panel.figure.draw_without_rendering()
    renderer = panel.figure.canvas.get_renderer()
    boxes: list[Any] = []
    for text, x, y in labels:
        for side, level in LABEL_OFFSETS:
            place = {"xytext": (side, level), "textcoords": "offset points", "ha": "left" if side > 0 else "right"}
            note = panel.annotate(text, (x, y), **place, fontsize="small", parse_math=False)
            box = note.get_window_extent(renderer)
            if not any(box.overlaps(other) for other in boxes) or (side, level) == LABEL_OFFSETS[-1]:
                boxes.append(box)
                break
            note.remove()


def set_log_ticks(axis: Any) -> None:
    """Set the ticks of a logarithmic axis to 1, 2, 5, 10, 20, …, in plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def set_ticks(axis: Any, ticks: Sequence[float]) -> None:
    """Set the ticks of an axis, labelled with plain numbers."""
    axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_ticks([], minor=True)


def save_figure(figure: Any, path: Path, full: float = FULL_TEXT_WIDTH) -> None:
    """Save a figure; text shrinks if it is less than `full` inches wide."""
    from matplotlib.text import Text

    scale = min(1.0, max(0.65, figure.get_figwidth() / full))
    for text in figure.findobj(Text):
        text.set_fontsize(text.get_fontsize() * scale)
    for panel in figure.axes:
        panel.tick_params(which="both", labelsize=10 * scale)  # some labels are created only when they are drawn
    save_picture(figure, path)


def simplify_axes(panel: Any) -> None:
    """Remove the top and right spines and draw a light grid."""
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(alpha=0.25)
    panel.set_axisbelow(True)
