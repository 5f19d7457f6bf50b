"""Score against cost as a figure, with the Pareto front."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.plotting.figure import new_figure
from harness.plotting.point_labels import label_points
from harness.plotting.readable_range import n_beyond
from harness.plotting.selection import PlottedEntries
from harness.plotting.style import (
    BLUE,
    FULL_TEXT_WIDTH,
    ORANGE,
    Inches,
    legend_below,
    save_figure,
    set_log_ticks,
    shrink_text,
    simplify_axes,
)
from leaderboard.pareto import pareto_front
from leaderboard.rendering.format_cells import metric_label

MOST = 40  # entries
_MARKER = 6  # points

Measured = tuple[float, float, str]  # seconds, score, name


def draw_pareto(plotted: PlottedEntries, path: Path, part: str, size: Inches | None = None) -> None:
    """Write the figure; entries without a measured time are left out.

    The points of the front are named first, then the best others, as far as there is room.
    """
    points = [
        (entry.cost.wall_s, score, entry.identity)
        for entry in plotted.entries
        if entry.cost.wall_s and (score := plotted.score(entry, part)) is not None
    ]
    sign = 1 if plotted.metric.higher_is_better else -1
    best = pareto_front([(wall, sign * score) for wall, score, _ in points])
    figure = new_figure(*(size or (6.5, 3.9)))
    panel = figure.subplots()
    on_front = [points[place] for place in best]
    others = [point for place, point in enumerate(points) if place not in best]
    _draw_points(panel, on_front, others)
    legend_below(figure, panel, grow=size is None)
    panel.set(xscale="log", xlabel="wall clock, seconds", ylabel=f"{metric_label(plotted.metric.name)}, {part}")
    if (
        plotted.metric.higher_is_better
        and n_beyond([score for _, score, _ in points])
        and min(p[1] for p in points) > 0
    ):
        panel.set_yscale("log")
        set_log_ticks(panel.yaxis)
    set_log_ticks(panel.xaxis)
    panel.set_title(plotted.title, parse_math=False)
    panel.margins(x=0.2, y=0.12)
    simplify_axes(panel)
    shrink_text(figure)
    best_first = sorted(others, key=lambda point: -sign * point[1])
    label_points(panel, [(name, wall, score) for wall, score, name in (*on_front, *best_first)])
    save_figure(figure, path)


def _draw_points(panel: Any, on_front: Sequence[Measured], others: Sequence[Measured]) -> None:
    """Draw the front as a line of steps with its points, and the other points."""
    size = _MARKER * min(1.0, panel.figure.get_figwidth() / FULL_TEXT_WIDTH)
    corners = [(wall, score) for i, (_, score, _) in enumerate(on_front) for wall, *_ in on_front[i : i + 2]]
    panel.plot(*zip(*corners, strict=True), color=ORANGE, linewidth=1.2)
    panel.plot(
        [p[0] for p in on_front], [p[1] for p in on_front], "D", color=ORANGE, markersize=size, label="Pareto front"
    )
    if others:
        style = {
            "color": BLUE,
            "markersize": size,
            "markerfacecolor": "white",
            "label": "others: slower, and no better than the front",
        }
        panel.plot([p[0] for p in others], [p[1] for p in others], "o", **style)
