"""Curves as figures: precision against recall for rankings, precision by confidence for labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harness.plotting.figure import new_figure
from harness.plotting.selection import PlottedEntries
from harness.plotting.style import (
    FULL_TEXT_WIDTH,
    LABEL_LENGTH,
    LINES,
    Inches,
    legend_below,
    line_style,
    save_figure,
    simplify_axes,
)
from leaderboard.safe_text import shorten
from metrics import ProtocolMetric
from metrics.curves import LEVELS, precision_at_recall, precision_by_confidence

MOST = LINES
_MARKERS = 10  # on each line


def draw_precision_recall(plotted: PlottedEntries, path: Path, part: str, size: Inches | None = None) -> None:
    """Write the mean interpolated precision of each entry's rankings at each recall level."""
    figure = new_figure(*(size or (5.5, 3.6)))
    panel = figure.subplots()
    for place, (name, judgement) in enumerate(plotted.ranking_judgements(part).items()):
        curve = precision_at_recall(judgement)  # type: ignore[arg-type]
        style = line_style(place) | {"markersize": 4, "markevery": (place, _MARKERS)}
        panel.plot(LEVELS, curve, **style, label=_label(plotted, name, part))
    panel.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall", ylabel="interpolated precision")
    protocol = f", {plotted.metric.protocol} protocol" if isinstance(plotted.metric, ProtocolMetric) else ""
    panel.set_title(f"{plotted.title}{protocol}, mean of {part} queries", parse_math=False)
    simplify_axes(panel)
    legend_below(figure, panel, grow=size is None)
    save_figure(figure, path)


def draw_gap(plotted: PlottedEntries, path: Path, part: str, size: Inches | None = None) -> None:
    """Write the precision of the answers above each confidence, against their number and against recall."""
    figure = new_figure(*(size or (8, 3.6)))
    by_rank, by_recall = figure.subplots(1, 2, sharey=True)
    for place, (name, judgement) in enumerate(plotted.judgements(part).items()):
        _, precision, recall = precision_by_confidence(judgement)  # type: ignore[arg-type]
        style = line_style(place) | {"markersize": 4, "markevery": max(1, len(precision) // _MARKERS)}
        by_rank.plot(np.arange(1, len(precision) + 1), precision, **style, label=_label(plotted, name, part))
        by_recall.plot(recall, precision, **style)
    by_rank.set(xlabel="answers, most confident first", ylabel="precision at this rank", ylim=(0, 1.02))
    by_recall.set(xlabel="landmarks found (the area is GAP)", xlim=(0, 1))
    for panel in (by_rank, by_recall):
        simplify_axes(panel)
    figure.suptitle(f"{plotted.title}, {part} queries", parse_math=False)
    legend_below(figure, by_rank, grow=size is None)
    save_figure(figure, path, 2 * FULL_TEXT_WIDTH - 2)


def _label(plotted: PlottedEntries, name: str, part: str) -> str:
    score = next(plotted.score(entry, part) for entry in plotted.entries if entry.identity == name)
    label = shorten(name, LABEL_LENGTH).replace("$", r"\$")  # labels have no parse_math option
    return label if score is None else f"{label}: {score:.3f}"
