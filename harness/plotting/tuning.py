"""A tuning study as a figure: the score of each trial, and the score against each parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Any

from harness.plotting.figure import new_figure, save_picture
from harness.plotting.style import BLUE, GREY, ORANGE, legend_below
from harness.solution.search_space import Among, Range
from harness.tuning.study import Trial, TuningStudy
from leaderboard.rendering.format_cells import metric_label

_INCHES = (4.2, 3.4)  # of a panel
_COLUMNS = 3


def draw_tuning(study: TuningStudy, trials: Sequence[Trial], path: Path) -> None:
    """Write the figure: the score of each trial with the best so far, and the score against each parameter.

    Trials have the numbers of the console, 0 for the defaults. A failed one has no score: it is a cross on the axis.
    """
    scored = sorted((trial for trial in trials if trial.folds), key=lambda trial: trial.number)
    figure, (first, *others) = _new_panels(1 + len(study.space))
    _by_trial(first, study, scored, [trial.number for trial in trials if not trial.folds])
    for panel, name in zip(others, study.space, strict=False):
        _by_value(panel, study, name, scored)
    legend_below(figure, first)
    figure.suptitle(study.spec({}), parse_math=False)
    save_picture(figure, path)


def _new_panels(count: int) -> tuple[Any, Sequence[Any]]:
    """Return a figure and its panels, which share the axis of scores."""
    rows, columns = -(-count // _COLUMNS), min(_COLUMNS, count)
    figure = new_figure(_INCHES[0] * columns, _INCHES[1] * rows)
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    for panel in panels[count:]:
        panel.remove()
    return figure, panels[:count]


def _by_trial(panel: Any, study: TuningStudy, scored: Sequence[Trial], failed: Sequence[int]) -> None:
    numbers, scores = [trial.number for trial in scored], [trial.score or 0.0 for trial in scored]
    best = list(accumulate(scores, max if study.metric.higher_is_better else min))
    panel.step(numbers, best, where="post", color=ORANGE, label="best so far")
    _points(panel, study, numbers, scores)
    if failed:  # at the height of the axis: data in x, shares of the panel in y
        axis = panel.get_xaxis_transform()
        panel.plot(
            failed, [0.0] * len(failed), "x", color=GREY, transform=axis, clip_on=False, label="failed, no score"
        )
    _default_line(panel, scored)
    panel.xaxis.get_major_locator().set_params(integer=True)
    panel.set(xlabel="trial", ylabel=f"{metric_label(study.metric.name)}, mean over folds")


def _by_value(panel: Any, study: TuningStudy, name: str, scored: Sequence[Trial]) -> None:
    """Draw a point for each trial and a circle around the best; values outside the range are left out."""
    range_ = study.space[name]
    scores = [trial.score or 0.0 for trial in scored]
    places = [_place(range_, study.values(trial)[name]) for trial in scored]
    _points(panel, study, [math.nan if place is None else place for place in places], scores)
    best = scores.index(max(scores) if study.metric.higher_is_better else min(scores))
    if places[best] is not None:
        panel.plot(places[best], scores[best], "o", markersize=10, markerfacecolor="none", markeredgecolor=ORANGE)
    _default_line(panel, scored)
    panel.set_xlabel(name, parse_math=False)
    if isinstance(range_, Among):
        labels = [str(value)[:14] for value in range_.values]
        panel.set_xticks(range(len(labels)), labels, rotation=30 * (len(labels) > 3), parse_math=False)
        panel.set_xlim(-0.5, len(labels) - 0.5)
    elif range_.log:
        panel.set_xscale("log")


def _points(panel: Any, study: TuningStudy, places: Sequence[float], scores: Sequence[float]) -> None:
    """Draw the trials; far worse ones are arrows at the edge, so that they do not compress the scale."""
    edge, higher = _edge(study, scores), study.metric.higher_is_better
    far = [score < edge if higher else score > edge for score in scores]
    near = [math.nan if each else score for each, score in zip(far, scores, strict=True)]
    panel.plot(places, near, "o", color=BLUE, markersize=4, label="trial")
    if any(far):
        arrows = [edge if each else math.nan for each in far]
        panel.plot(places, arrows, "v" if higher else "^", color=BLUE, markersize=4, label="beyond")


def _edge(study: TuningStudy, scores: Sequence[float]) -> float:
    """Return the worst score, or best + 3 * (median - best) if that is nearer to the best."""
    best, worst = (max, min) if study.metric.higher_is_better else (min, max)
    bound = best(scores) + 3 * (median(scores) - best(scores))
    return best(worst(scores), bound) if bound != best(scores) else worst(scores)


def _default_line(panel: Any, scored: Sequence[Trial]) -> None:
    if scored[0].number == 0:
        panel.axhline(scored[0].score, color=GREY, linewidth=1, linestyle="--", label="default")
    panel.grid(alpha=0.3)


def _place(range_: Range, value: Any) -> float | None:
    if isinstance(range_, Among):
        return range_.values.index(value) if value in range_.values else None
    return value if isinstance(value, int | float) and (value > 0 or not range_.log) else None
