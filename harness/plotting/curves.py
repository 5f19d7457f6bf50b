"""Curves as figures: precision against recall of lists, precision along the order of confidence of labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harness.plotting.figure import new_figure
from harness.plotting.selection import PlottedEntries
from harness.plotting.style import FULL, LINES, FigureSize, line_style, save_figure, shorten, simplify_axes
from metrics.curves import LEVELS, precision_at_recall, precision_by_confidence

MOST = LINES
_MARKED = 10  # of a line


def draw_precision_recall(found: PlottedEntries, path: Path, part: str, size: FigureSize | None = None) -> None:
    """Write the mean interpolated precision of each entry's lists at each level of recall."""
    figure = new_figure(*(size or (5.5, 4.2)))
    panel = figure.subplots()
    for place, (name, judgement) in enumerate(found.ranking_judgements(part).items()):
        curve = precision_at_recall(judgement)  # type: ignore[arg-type]
        panel.plot(
            LEVELS,
            curve,
            **line_style(place),
            markevery=(place, _MARKED),
            markersize=4,
            label=_label(found, name, part),
        )
    panel.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall", ylabel="interpolated precision")
    panel.set_title(f"{found.title}, mean of {part} queries", parse_math=False)
    simplify_axes(panel)
    panel.legend(frameon=False, fontsize="small")
    save_figure(figure, path)


def draw_gap(found: PlottedEntries, path: Path, part: str, size: FigureSize | None = None) -> None:
    """Write the precision of the answers down to each confidence, by their number and by what they found."""
    figure = new_figure(*(size or (8, 4)))
    by_rank, by_recall = figure.subplots(1, 2, sharey=True)
    for place, (name, judgement) in enumerate(found.judgements(part).items()):
        precision, recall = precision_by_confidence(judgement)  # type: ignore[arg-type]
        how = line_style(place) | {"markersize": 4, "markevery": max(1, len(precision) // _MARKED)}
        by_rank.plot(np.arange(1, len(precision) + 1), precision, **how, label=_label(found, name, part))
        by_recall.plot(recall, precision, **how)
    by_rank.set(xlabel="answers, the surest first", ylabel="precision down to there", ylim=(0, 1.02))
    by_recall.set(xlabel="landmarks found (the area is GAP)", xlim=(0, 1))
    for panel in (by_rank, by_recall):
        simplify_axes(panel)
    figure.suptitle(f"{found.title}, {part} queries", parse_math=False)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    save_figure(figure, path, 2 * FULL - 2)


def _label(found: PlottedEntries, name: str, part: str) -> str:
    score = next(entry.score(part) for entry in found.entries if entry.identity == name)
    label = shorten(name).replace("$", r"\$")  # a label knows no parse_math
    return label if score is None else f"{label}: {score:.3f}"
