"""The ladder of a solution as a picture: a bar for each step, its interval, and what was published for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.pictures import new_figure, save_picture
from harness.running.ablate import Rung

_OURS, _PUBLISHED = "#0072b2", "#d55e00"
_WIDTH, _HEAD, _STEP = 7.5, 1.3, 0.38  # inches


def draw_ladder(
    ladder: Sequence[Rung],
    path: Path,
    *,
    title: str,
    metric: str,
    part: str,
    size: tuple[float, float] | None = None,
) -> None:
    """Write the picture, of so many inches; steps without a score are left blank."""
    figure = new_figure(*(size or (_WIDTH, _HEAD + _STEP * len(ladder))))
    panel = figure.subplots()
    rows = range(len(ladder))
    panel.barh(rows, [rung.score(part) or 0.0 for rung in ladder], height=0.62, color=_OURS, label=f"here, {part}")
    for row, rung in zip(rows, ladder, strict=True):
        _bounds(panel, row, rung.interval(part))
    published = [(rung.step.published, row) for row, rung in zip(rows, ladder, strict=True) if rung.step.published]
    if published:
        panel.plot(*zip(*published, strict=True), "D", color=_PUBLISHED, label="published, on other photographs")
    panel.set_yticks(rows, [rung.step.name for rung in ladder], parse_math=False)
    panel.invert_yaxis()
    panel.set_xlabel(metric)
    panel.set_title(title, parse_math=False)
    panel.grid(axis="x", alpha=0.3)
    panel.set_axisbelow(True)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    save_picture(figure, path)


def _bounds(panel: Any, row: int, bounds: tuple[float, float] | None) -> None:
    if bounds:
        panel.plot(bounds, [row, row], color="black", linewidth=1.4, marker="|")
