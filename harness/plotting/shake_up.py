"""A board in many draws of its public queries, as a picture: a strip of private ranks for each entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from harness.comparing.shake_up import ShakeUpResult
from harness.plotting.figure import new_figure, save_picture

WIDTH, _HEAD, _ROW = 7.5, 1.7, 0.28  # inches
_PUBLIC, _PRIVATE = "#d55e00", "#000000"
_NAME = 38  # letters


def draw_shake_up(found: ShakeUpResult, path: Path, *, title: str, width: float = WIDTH) -> None:
    """Write the picture: the darker, the more draws give an entry that private rank; marks show the ranks it has."""
    shake, n = found.simulation, len(found.rows)
    figure = new_figure(width, _HEAD + _ROW * n)
    panel = figure.subplots()
    image = panel.imshow(
        shake.rank_shares, cmap=_shades(), vmin=0, vmax=1, aspect="auto", extent=(0.5, n + 0.5, n - 0.5, -0.5)
    )
    rows = np.arange(n)
    public, private = shake.ranks
    panel.hlines(rows[1:] - 0.5, 0.5, n + 0.5, color="0.85", linewidth=0.6)
    panel.plot(
        public, rows, "o", color=_PUBLIC, markersize=9, markerfacecolor="none", markeredgewidth=1.6, label="public rank"
    )
    panel.plot(private, rows, "x", color=_PRIVATE, markersize=5, label="private rank")
    panel.set_yticks(rows, [_cut(row.identity) for row in found.rows], parse_math=False)
    panel.xaxis.get_major_locator().set_params(integer=True)
    panel.set_xlabel(f"private rank by {found.metric} in {len(shake.simulated_scores)} draws of the public queries")
    panel.set_title(f"{title}, {found.task}", parse_math=False)
    figure.colorbar(image, ax=panel, label="share of the draws", fraction=0.04, pad=0.02)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    save_picture(figure, path)


def _shades() -> Any:
    """Return white to a blue on which black and orange can be seen, in colours and in grey."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shares", ["#ffffff", "#56a5d8"])


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
