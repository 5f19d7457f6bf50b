"""A chart of one team's scores over time, with a line of the best so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from harness.web.charts.axes import Axis, PlotArea, TimeAxis

HISTORY_AREA = PlotArea(460, 210, 66, 448, 12, 166)


@dataclass(frozen=True)
class ScorePoint:
    """A score with its time and its name."""

    when: datetime
    score: float
    name: str


@dataclass(frozen=True)
class HistoryDot:
    """Position of a score in the chart; `is_best` if it was the best so far, `text` names it with its score."""

    x: float
    y: float
    is_best: bool
    text: str


@dataclass(frozen=True)
class ScoreHistory:
    """Scores over time: axes, dots in the order of time, and the SVG path of the best score so far."""

    x: Axis
    y: Axis
    dots: tuple[HistoryDot, ...]
    path: str
    caption: str

    area = HISTORY_AREA


def score_history(points: Sequence[ScorePoint], metric: str, *, higher_is_better: bool) -> ScoreHistory | None:
    """Return the chart of scores of `metric`, a name for the axis; None for fewer than two scores."""
    if len(points) < 2:
        return None
    points = sorted(points, key=lambda point: point.when)
    sign = 1 if higher_is_better else -1
    bests = [sign * max(sign * point.score for point in points[: number + 1]) for number in range(len(points))]
    x = TimeAxis.fit([point.when.timestamp() for point in points], 66, 448, name="received, UTC")
    y = Axis.fit([point.score for point in points], 166, 12, name=metric)
    is_best = [point.score == best and best not in bests[:number] for number, (point, best) in _numbered(points, bests)]
    dots = tuple(
        HistoryDot(x.at(point.when.timestamp()), y.at(point.score), best, f"{point.name}: {point.score:.5f}")
        for point, best in zip(points, is_best, strict=True)
    )
    caption = f"{metric} of {len(points)} submissions over time; best {bests[-1]:.5f}"
    return ScoreHistory(x, y, dots, _steps(dots), caption)


def _numbered(points: Sequence[ScorePoint], bests: Sequence[float]) -> "enumerate[tuple[ScorePoint, float]]":
    return enumerate(zip(points, bests, strict=True))


def _steps(dots: Sequence[HistoryDot]) -> str:
    """Return the SVG path of a step line through the best dots, continued to the right edge."""
    first, *rest = [dot for dot in dots if dot.is_best]
    return "".join(
        [f"M{first.x:g} {first.y:g}", *(f"H{dot.x:g}V{dot.y:g}" for dot in rest), f"H{HISTORY_AREA.x_max:g}"]
    )
