"""Charts of a tuning study as SVG: scores by trial, parallel coordinates, and the score against each parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log10
from typing import Any

from harness.solution.search_space import Among, Range
from harness.tuning.stored_study import StoredStudy
from harness.tuning.study import Trial
from harness.web.charts.axes import Axis, PlotArea, padded_range

TRIALS_AREA = PlotArea(460, 250, 56, 446, 12, 204)
SLICE_AREA = PlotArea(220, 190, 48, 208, 10, 146)
_TOP, _BOTTOM, _MARGIN = 34.0, 270.0, 60.0  # of parallel coordinates
_WIDTH, _MIN_COLUMN, _MAX_COLUMN = 1050.0, 118.0, 240.0
_MAX_TICKS = 8  # of a choice


@dataclass(frozen=True)
class TrialDot:
    """A trial on a chart: its number, place and description; `kind` is "best", "scored" or "failed"."""

    number: int
    x: float
    y: float
    kind: str
    text: str


@dataclass(frozen=True)
class TrialChart:
    """The score of each trial in their order, and the best score so far as a path; failed trials lie on the axis."""

    x: Axis
    y: Axis
    dots: Sequence[TrialDot]
    path: str
    area: PlotArea = TRIALS_AREA


@dataclass(frozen=True)
class ParameterAxis:
    """An axis of parallel coordinates or of a slice: name, place, and ticks as pairs of place and label."""

    name: str
    x: float
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True)
class TrialLine:
    """A trial in parallel coordinates as a path."""

    number: int
    path: str
    kind: str
    text: str


@dataclass(frozen=True)
class ParallelCoordinates:
    """A line for each trial over the axes of its parameters and, for those with a score, over that of the score."""

    axes: Sequence[ParameterAxis]
    lines: Sequence[TrialLine]
    width: float
    height: float = 300.0
    top: float = _TOP
    bottom: float = _BOTTOM


@dataclass(frozen=True)
class Slice:
    """The score against a parameter."""

    name: str
    y: Axis
    ticks: Sequence[tuple[float, str]]
    dots: Sequence[TrialDot]
    area: PlotArea = SLICE_AREA


def trial_chart(study: StoredStudy, label: str) -> TrialChart:
    """Return the scores in the order of the trials; the study has a score."""
    numbers = [trial.number for trial in study.trials]
    x = Axis(min(numbers) - 0.5, max(numbers) + 0.5, TRIALS_AREA.x_min, TRIALS_AREA.x_max, name="trial, 0: defaults")
    y = _score_axis(study, TRIALS_AREA, label)
    better = max if study.higher_is_better else min
    best = list(accumulate((trial.score or 0.0 for trial in study.scored), better))
    points = [(x.at(trial.number), y.at(score)) for trial, score in zip(study.scored, best, strict=True)]
    path = f"M{points[0][0]:g} {points[0][1]:g}" + "".join(f"H{px:g}V{py:g}" for px, py in points[1:])
    dots = [_dot(study, trial, x.at(trial.number), y, TRIALS_AREA) for trial in study.trials]
    return TrialChart(x, y, dots, f"{path}H{x.at(max(numbers)):g}")


def parallel_coordinates(study: StoredStudy, label: str) -> ParallelCoordinates:
    """Return the parallel coordinates, best trials last, so that their lines are on top."""
    y = _score_axis(study, PlotArea(0, 0, 0, 0, _TOP, _BOTTOM), label)
    column = min(_MAX_COLUMN, max(_MIN_COLUMN, round(_WIDTH / max(1, len(study.ranges)))))
    axes = [
        ParameterAxis(name, _MARGIN + place * column, parameter_ticks(each, _BOTTOM, _TOP))
        for place, (name, each) in enumerate(study.ranges.items())
    ]
    axes.append(ParameterAxis(label, _MARGIN + len(axes) * column, y.ticks()))
    order = sorted(study.scored, key=lambda trial: (trial.score or 0.0) * (1 if study.higher_is_better else -1))
    lines = [_line(study, trial, axes, y) for trial in [*study.failed, *order]]
    return ParallelCoordinates(axes, lines, _MARGIN * 2 + (len(axes) - 1) * column)


def slices(study: StoredStudy) -> list[Slice]:
    """Return the score against each parameter."""
    return [_slice(study, name, each) for name, each in study.ranges.items()]


def parameter_place(range_: Range, value: Any, start: float, end: float) -> float | None:
    """Return the place of a value on an axis from `start` to `end`; None if it is out of the range.

    >>> parameter_place(Among("a", "b", "c"), "b", 0, 100)
    50.0
    """
    if isinstance(range_, Among):
        places = [place for place, each in enumerate(range_.values) if each == value and type(each) is type(value)]
        return round(start + (places[0] + 0.5) / len(range_.values) * (end - start), 1) if places else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not range_.low <= value <= range_.high:
        return None
    low, high, number = (log10(each) if range_.log else each for each in (range_.low, range_.high, value))
    return round(start + (0.06 + 0.88 * (number - low) / (high - low)) * (end - start), 1)


def parameter_ticks(range_: Range, start: float, end: float) -> list[tuple[float, str]]:
    """Return the places and labels of some values of a range: choices, or both ends and the middle of a span."""
    if isinstance(range_, Among):
        values = range_.values[:: -(-len(range_.values) // _MAX_TICKS)]
        return [(place, _text(each)) for each in values if (place := parameter_place(range_, each, start, end))]
    middle = (range_.low * range_.high) ** 0.5 if range_.log else (range_.low + range_.high) / 2
    return [
        (place, f"{each:.3g}")
        for each in (range_.low, middle, range_.high)
        if (place := parameter_place(range_, each, start, end)) is not None
    ]


def _text(value: Any) -> str:
    text = "default" if value is None else str(value)
    return text if len(text) <= 14 else text[:13] + "…"


def _score_axis(study: StoredStudy, area: PlotArea, label: str) -> Axis:
    low, high = padded_range([trial.score or 0.0 for trial in study.scored])
    return Axis(low, high, area.y_max, area.y_min, name=label)


def _kind(study: StoredStudy, trial: Trial) -> str:
    if not trial.folds:
        return "failed"
    return "best" if trial is study.best else "scored"


def trial_text(study: StoredStudy, trial: Trial) -> str:
    """Return a trial in one line: number, score or failure, and values."""
    score = "failed" if trial.score is None else f"{trial.score:.4f} ± {trial.deviation or 0.0:.4f}"
    values = ", ".join(f"{name} {_text(value)}" for name, value in study.values[trial.number].items())
    return f"trial {trial.number}: {score}; {values}"


def _dot(study: StoredStudy, trial: Trial, x: float, y: Axis, area: PlotArea) -> TrialDot:
    """Return the dot of a trial; a failed one has no score and lies on the axis."""
    height = area.y_max if trial.score is None else y.at(trial.score)
    return TrialDot(trial.number, x, height, _kind(study, trial), trial_text(study, trial))


def _line(study: StoredStudy, trial: Trial, axes: Sequence[ParameterAxis], y: Axis) -> TrialLine:
    values = study.values[trial.number]
    places = [parameter_place(each, values[name], _BOTTOM, _TOP) for name, each in study.ranges.items()]
    if trial.score is not None:
        places.append(y.at(trial.score))
    path, is_open = "", False
    for axis, place in zip(axes, places, strict=False):
        if place is not None:
            path += f"{'L' if is_open else 'M'}{axis.x:g} {place:g}"
        is_open = place is not None
    return TrialLine(trial.number, path, _kind(study, trial), trial_text(study, trial))


def _slice(study: StoredStudy, name: str, range_: Range) -> Slice:
    y = _score_axis(study, SLICE_AREA, "")
    ends = SLICE_AREA.x_min, SLICE_AREA.x_max
    places = [(trial, parameter_place(range_, study.values[trial.number][name], *ends)) for trial in study.trials]
    dots = [_dot(study, trial, place, y, SLICE_AREA) for trial, place in places if place is not None]
    return Slice(name, y, parameter_ticks(range_, *ends), dots)
