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
_LEGEND_ROW = 0.2  # inches of a row of a legend
_CHARACTERS_PER_INCH, _LEGEND_HANDLE = 14, 7  # of a legend's text; characters that a handle is as wide as


def legend_below(figure: Any, panel: Any, *, grow: bool = False) -> None:
    """Put the legend of a panel below the figure, where it covers nothing, in as many columns as there is room for.

    With `grow` the figure becomes higher by the legend.
    """
    handles, labels = panel.get_legend_handles_labels()
    columns = legend_columns(labels, figure.get_figwidth())
    if grow:
        figure.set_figheight(figure.get_figheight() + _LEGEND_ROW * -(-len(labels) // columns))
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False, fontsize="small")


def legend_columns(labels: Sequence[str], width: float) -> int:
    """Return the number of columns that a legend has room for in a figure of so many inches.

    >>> legend_columns(["public", "private"], 6.5), legend_columns(["a name of thirty-four characters!!"] * 3, 5.5)
    (2, 1)
    """
    longest = max(map(len, labels), default=0) + _LEGEND_HANDLE
    return max(1, min(len(labels), int(width * _CHARACTERS_PER_INCH / longest)))


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
    shrink_text(figure, full)
    save_picture(figure, path)


def shrink_text(figure: Any, full: float = FULL_TEXT_WIDTH) -> None:
    """Make text smaller in a figure that is less than `full` inches wide; a second call changes nothing."""
    from matplotlib.text import Text

    scale = min(1.0, max(0.65, figure.get_figwidth() / full))
    if scale == 1.0 or getattr(figure, "_has_small_text", False):
        return
    figure._has_small_text = True  # noqa: SLF001 (an attribute of ours)
    for text in figure.findobj(Text):
        text.set_fontsize(text.get_fontsize() * scale)
    for panel in figure.axes:
        panel.tick_params(which="both", labelsize=10 * scale)  # some labels are created only when they are drawn


def simplify_axes(panel: Any) -> None:
    """Remove the top and right spines and draw a light grid."""
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(alpha=0.25)
    panel.set_axisbelow(True)
