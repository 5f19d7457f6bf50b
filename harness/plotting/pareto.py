"""Score against cost as a figure, with the Pareto front."""

from __future__ import annotations

from pathlib import Path

from harness.plotting.figure import new_figure
from harness.plotting.selection import PlottedEntries
from harness.plotting.style import (
    BLUE,
    ORANGE,
    Inches,
    legend_below,
    place_labels,
    save_figure,
    set_log_ticks,
    simplify_axes,
)
from leaderboard.pareto import pareto_front
from leaderboard.rendering.format_cells import metric_label
from leaderboard.safe_text import shorten

MOST = 40  # entries


def draw_pareto(plotted: PlottedEntries, path: Path, part: str, size: Inches | None = None) -> None:
    """Write the figure; entries without a measured time are left out."""
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
    corners = [(wall, score) for i, (_, score, _) in enumerate(on_front) for wall, *_ in on_front[i : i + 2]]
    panel.plot(*zip(*corners, strict=True), color=ORANGE, linewidth=1.2)
    panel.plot([p[0] for p in on_front], [p[1] for p in on_front], "D", color=ORANGE, label="Pareto front")
    if others:
        style = {"color": BLUE, "markerfacecolor": "white", "label": "others: slower, and no better than the front"}
        panel.plot([p[0] for p in others], [p[1] for p in others], "o", **style)
    legend_below(figure, panel, grow=size is None)
    panel.set(xscale="log", xlabel="wall clock, seconds", ylabel=f"{metric_label(plotted.metric.name)}, {part}")
    set_log_ticks(panel.xaxis)
    panel.set_title(plotted.title, parse_math=False)
    panel.margins(x=0.18, y=0.08)
    simplify_axes(panel)
    place_labels(panel, [(shorten(name, 28), wall, score) for wall, score, name in (*on_front, *others)])
    save_figure(figure, path)
