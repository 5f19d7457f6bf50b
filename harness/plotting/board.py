"""A leaderboard as a figure: public and private scores with their intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.plotting.figure import new_figure
from harness.plotting.selection import PlottedEntries
from harness.plotting.style import BLUE, LABEL_LENGTH, ORANGE, Inches, legend_below, save_figure, simplify_axes
from leaderboard.rendering.format_cells import metric_label
from leaderboard.safe_text import shorten

MOST = 30  # entries
PART_STYLES = {"public": (ORANGE, "o", -0.14), "private": (BLUE, "s", 0.14)}


def draw_board(plotted: PlottedEntries, path: Path, size: Inches | None = None) -> None:
    """Write the figure; a part without any score is left out."""
    entries = plotted.entries
    figure = new_figure(*(size or (6.5, 1.3 + 0.3 * len(entries))))
    panel = figure.subplots()
    parts = [part for part in PART_STYLES if any(plotted.score(entry, part) is not None for entry in entries)] or [
        "all"
    ]
    for part in parts:
        _points(panel, plotted, part)
    labels = [shorten(entry.identity, LABEL_LENGTH) for entry in entries]
    panel.set_yticks(range(len(entries)), labels, parse_math=False)
    panel.set_ylim(len(entries) - 0.5, -0.5)
    panel.set_xlabel(f"{metric_label(plotted.metric.name)}, 95 % intervals")
    panel.set_title(plotted.title, parse_math=False)
    simplify_axes(panel)
    legend_below(figure, panel)
    save_figure(figure, path)


def _points(panel: Any, plotted: PlottedEntries, part: str) -> None:
    """Draw each score as a marker and its interval as a line; the parts of an entry are shifted vertically."""
    colour, mark, shift = PART_STYLES.get(part, (BLUE, "s", 0.0))
    scored = [(row, entry) for row, entry in enumerate(plotted.entries) if plotted.score(entry, part) is not None]
    for row, entry in scored:
        if bounds := plotted.interval(entry, part):
            panel.plot(bounds, [row + shift] * 2, color=colour, linewidth=1.6, solid_capstyle="butt")
    filled = colour if part != "public" else "white"
    scores, rows = [plotted.score(entry, part) for _, entry in scored], [row + shift for row, _ in scored]
    panel.plot(scores, rows, mark, color=colour, markerfacecolor=filled, markersize=5, label=part)
