"""Shake-up of a board as a figure: the distribution of private ranks of each entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from harness.comparing.shake_up import ShakeUpResult
from harness.plotting.figure import new_figure, save_picture
from harness.plotting.style import LABEL_LENGTH, ORANGE, legend_below
from leaderboard.rendering.format_cells import metric_label
from leaderboard.safe_text import shorten

WIDTH, _HEAD, _ROW = 7.5, 1.7, 0.28  # inches


def draw_shake_up(result: ShakeUpResult, path: Path, *, title: str, width: float = WIDTH) -> None:
    """Write the figure: darker ranks are more frequent among the draws; markers show the actual ranks."""
    simulation, n = result.simulation, len(result.rows)
    figure = new_figure(width, _HEAD + _ROW * n)
    panel = figure.subplots()
    image = panel.imshow(
        simulation.rank_shares, cmap=_shades(), vmin=0, vmax=1, aspect="auto", extent=(0.5, n + 0.5, n - 0.5, -0.5)
    )
    rows = np.arange(n)
    public, private = simulation.ranks
    panel.hlines(rows[1:] - 0.5, 0.5, n + 0.5, color="0.85", linewidth=0.6)
    ring: dict[str, Any] = {"markersize": 9, "markerfacecolor": "none", "markeredgewidth": 1.6}
    panel.plot(public, rows, "o", color=ORANGE, **ring, label="public rank")
    panel.plot(private, rows, "x", color="#000000", markersize=5, label="private rank")
    panel.set_yticks(rows, [shorten(row.identity, LABEL_LENGTH) for row in result.rows], parse_math=False)
    panel.xaxis.get_major_locator().set_params(integer=True)
    draws = len(simulation.simulated_scores)
    panel.set_xlabel(f"private rank by {metric_label(result.metric.name)} in {draws} draws of the public queries")
    panel.set_title(f"{title}, {result.task}", parse_math=False)
    figure.colorbar(image, ax=panel, label="share of the draws", fraction=0.04, pad=0.02)
    legend_below(figure, panel)
    save_picture(figure, path)


def _shades() -> Any:
    """Return a colour map from white to a blue that contrasts with black and orange, in greyscale too."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shares", ["#ffffff", "#56a5d8"])
