"""A leaderboard as a figure: public and private scores with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.plotting.figure import new_figure
from harness.plotting.readable_range import n_beyond, readable_scores
from harness.plotting.selection import PlottedEntries
from harness.plotting.style import BLUE, GREY, LABEL_LENGTH, ORANGE, Inches, legend_below, save_figure, simplify_axes
from leaderboard.rendering.format_cells import metric_label
from leaderboard.safe_text import shorten

MOST = 30  # entries
PART_STYLES = {"public": (ORANGE, "o", -0.14), "private": (BLUE, "s", 0.14)}


def draw_board(plotted: PlottedEntries, path: Path, size: Inches | None = None) -> None:
    """Write the figure; a part without any score is left out.

    Where few entries are far above the others the axis leaves them out: their scores are written at its end.
    """
    entries = plotted.entries
    figure = new_figure(*(size or (6.5, 1.3 + 0.3 * len(entries))))
    panel = figure.subplots()
    parts = [part for part in PART_STYLES if any(plotted.score(entry, part) is not None for entry in entries)] or [
        "all"
    ]
    for part in parts:
        _points(panel, plotted, part)
    _leave_out_the_best(panel, plotted, parts)
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


def _leave_out_the_best(panel: Any, plotted: PlottedEntries, parts: Sequence[str]) -> None:
    """End the axis below entries that would squash the others, and write their scores beside an arrow at its end."""
    by_row = [[plotted.score(entry, part) for part in parts] for entry in plotted.entries]
    best = [max((score for score in scores if score is not None), default=None) for scores in by_row]
    scores = [score for score in best if score is not None]
    if not plotted.metric.higher_is_better or not n_beyond(scores):
        return
    inside = readable_scores(scores)
    rows = [row for row, score in enumerate(best) if score in inside]
    ends = [end for row in rows for part in parts for end in plotted.interval(plotted.entries[row], part) or ()]
    low, high = min(*inside, *ends), max(*inside, *ends)
    panel.set_xlim(low - 0.05 * (high - low), high + 0.35 * (high - low))
    for row, score in enumerate(best):
        if score is not None and score not in inside:
            text = " / ".join(f"{each:.3f}" for each in by_row[row] if each is not None) + " ▸"
            place = {"transform": panel.get_yaxis_transform(), "ha": "right", "va": "center"}
            panel.text(0.995, row, text, **place, fontsize="small", color=GREY)
