"""Scatter charts of a board: score against cost with its Pareto front, and score over time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import pairwise
from typing import Literal

from harness.plotting.label_placement import Segment
from harness.plotting.readable_range import n_beyond, readable_scores
from harness.web.charts.axes import Axis, PlotArea, TimeAxis
from harness.web.charts.dot_labels import DotLabel, label_dots
from harness.web.charts.zoom import Zoom
from harness.web.rendering import MAX_NAME, address
from leaderboard.pareto import pareto_front
from leaderboard.rendering.format_cells import format_cell
from leaderboard.safe_text import shorten
from leaderboard.storage.entry_summaries import EntrySummary

AREA = PlotArea(460, 300, 66, 448, 12, 256)
MAX_DOTS = 40  # besides those of the Pareto front
MAX_LISTED = 12  # in the table of a chart
CostKind = Literal["wall", "cpu", "memory"]
COSTS: dict[CostKind, tuple[str, str]] = {
    "wall": ("wall_s", "wall clock, seconds"),
    "cpu": ("cpu_s", "CPU, seconds"),
    "memory": ("peak_mb", "memory, MB"),
}


@dataclass(frozen=True)
class ScatterDot:
    """An entry in a chart; `best` if it lies on the Pareto front."""

    x: float
    y: float
    entry: int
    name: str
    details: tuple[str, ...]
    best: bool

    @property
    def address(self) -> str:
        """Address of the entry's page."""
        return address("e", self.entry)


@dataclass(frozen=True)
class ScatterChart:
    """Dots between two axes, the path along the best of them, their names, and the number of entries left out.

    `range_links` are enlargements by name, `can_be_log` says whether all scores are above 0.
    """

    name: str
    caption: str
    x: Axis
    y: Axis
    dots: tuple[ScatterDot, ...]
    labels: tuple[DotLabel, ...]
    path: str
    n_omitted: int
    can_be_log: bool = False
    ranges: tuple[tuple[str, str], ...] = ()

    area = AREA

    @property
    def kind(self) -> str:
        """What the scores are drawn against: cost or time."""
        return self.name.partition("-")[0]

    @property
    def listed(self) -> list[ScatterDot]:
        """The dots of the chart's table: those on the line, then the best others."""
        ordered = sorted(self.dots, key=lambda dot: not dot.best)
        return ordered[:MAX_LISTED]


@dataclass(frozen=True)
class ChartOptions:
    """The scales of a chart's axes ("" for the default, "linear" or "log"), and the part that is enlarged."""

    x: str = ""
    y: str = ""
    zoom: Zoom | None = None


@dataclass(frozen=True)
class ChartSource:
    """The entries that a chart shows, and the part and metric of their scores."""

    summaries: Sequence[EntrySummary]
    part: str
    metric: str
    higher_is_better: bool
    options: ChartOptions = ChartOptions()

    def scored(self) -> list[EntrySummary]:
        """The entries that have a score on the part."""
        return [summary for summary in self.summaries if summary.score(self.part) is not None]

    def score(self, summary: EntrySummary) -> float:
        """The score of an entry; it must have one."""
        return summary.score(self.part) or 0.0

    def goodness(self, summary: EntrySummary) -> float:
        """The score, negated if lower is better."""
        return self.score(summary) if self.higher_is_better else -self.score(summary)


@dataclass(frozen=True)
class _Horizontal:
    """What the scores are drawn against: the value of an entry, the type of the axis and its name."""

    value: Callable[[EntrySummary], float]
    axis: type[Axis]
    name: str


def cost_chart(source: ChartSource, cost: CostKind) -> ScatterChart | None:
    """Score against a cost of `COSTS`, on a log axis by default; None if no entry has a measured cost."""
    field, axis_name = COSTS[cost]
    price: Callable[[EntrySummary], float] = lambda summary: max(getattr(summary.cost, field) or 0.0, 0.01)
    measured = [summary for summary in source.scored() if summary.cost.wall_s is not None]
    best = [measured[row] for row in pareto_front([(price(entry), source.goodness(entry)) for entry in measured])]
    caption = f"{source.metric} against {axis_name}; line: Pareto front, {len(best)} of {len(measured)} entries"
    return _chart(source, measured, best, _Horizontal(price, Axis, axis_name), (f"cost-{cost}", caption))


def time_chart(source: ChartSource) -> ScatterChart | None:
    """Score over the time of entry, with a line of the best score so far; None if no entry has a score."""
    scored = source.scored()
    created: Callable[[EntrySummary], float] = lambda summary: summary.created.timestamp()
    best = [scored[row] for row in pareto_front([(created(entry), source.goodness(entry)) for entry in scored])]
    times = f"{len(best)} time{'s' if len(best) != 1 else ''}"
    caption = f"{source.metric} of {len(scored)} entries over time; line: best score so far, improved {times}"
    return _chart(source, scored, best, _Horizontal(created, TimeAxis, "entered, UTC"), ("time", caption))


def _chart(
    source: ChartSource,
    summaries: Sequence[EntrySummary],
    best: Sequence[EntrySummary],
    horizontal: _Horizontal,
    name_and_caption: tuple[str, str],
) -> ScatterChart | None:
    if not summaries:
        return None
    ranges = _ranges(source, summaries, name_and_caption[0])
    within = _within(source, summaries, horizontal, name_and_caption[0])
    on_front = {summary.id for summary in best}
    others = nsmallest(MAX_DOTS, (entry for entry in within if entry.id not in on_front), lambda e: -source.goodness(e))
    front = [entry for entry in within if entry.id in on_front]
    front.sort(key=horizontal.value)
    visible = [*others, *front] or list(best)
    x, y = _horizontal_axis(source, visible, horizontal), _score_axis(source, visible, name_and_caption[0])
    place: Callable[[EntrySummary], tuple[float, float]] = lambda e: (x.at(horizontal.value(e)), y.at(source.score(e)))
    dots = tuple(_dot(source, entry, *place(entry), best=entry.id in on_front) for entry in visible)
    corners = _corners([place(entry) for entry in front])
    return ScatterChart(
        *(*name_and_caption, x, y, dots, _labels(dots, corners), _svg_path(corners), len(summaries) - len(visible)),
        can_be_log=all(source.score(entry) > 0 for entry in visible),
        ranges=ranges,
    )


def _ranges(source: ChartSource, summaries: Sequence[EntrySummary], name: str) -> tuple[tuple[str, str], ...]:
    """Return enlargements of a chart that need no script: the best ten, and all but the entries far above the rest."""
    kind, scores = name.partition("-")[0], sorted(map(source.score, summaries), reverse=source.higher_is_better)
    ranges = []
    if len(scores) > 12 and scores[9] != scores[0]:
        low, high = sorted((scores[9], scores[0]))
        ranges.append(("best ten", str(Zoom(kind, (None, None, low, high)))))
    if source.higher_is_better and n_beyond(scores):
        rest = readable_scores(scores)
        ranges.append(("without the best", str(Zoom(kind, (None, None, min(rest), max(rest))))))
    return tuple(ranges)


def _within(
    source: ChartSource, summaries: Sequence[EntrySummary], horizontal: _Horizontal, name: str
) -> Sequence[EntrySummary]:
    """Return the entries in the part of the chart that is enlarged."""
    zoom = _zoom(source, name)
    if zoom is None:
        return summaries
    x, y = zoom.x_range(float("-inf"), float("inf")), zoom.y_range(float("-inf"), float("inf"))
    return [each for each in summaries if x[0] <= horizontal.value(each) <= x[1] and y[0] <= source.score(each) <= y[1]]


def _zoom(source: ChartSource, name: str) -> Zoom | None:
    zoom = source.options.zoom
    return zoom if zoom and zoom.chart == name.partition("-")[0] else None


def _horizontal_axis(source: ChartSource, visible: Sequence[EntrySummary], horizontal: _Horizontal) -> Axis:
    is_log = horizontal.axis is not TimeAxis and source.options.x != "linear"
    values = [horizontal.value(entry) for entry in visible]
    return horizontal.axis.fit(values, AREA.x_min, AREA.x_max, log=is_log, name=horizontal.name)


def _score_axis(source: ChartSource, visible: Sequence[EntrySummary], name: str) -> Axis:
    """Return the vertical axis: by default logarithmic where few entries would squash the others."""
    scores = [source.score(entry) for entry in visible]
    is_positive, choice = min(scores) > 0, source.options.y
    is_squashed = source.higher_is_better and n_beyond(scores) > 0 and _zoom(source, name) is None
    is_log = is_positive and (choice == "log" or (choice == "" and is_squashed))
    return Axis.fit(scores, AREA.y_max, AREA.y_min, log=is_log, name=f"{source.part} {source.metric}")


def _dot(source: ChartSource, summary: EntrySummary, x: float, y: float, *, best: bool) -> ScatterDot:
    wall, _, peak = summary.cost
    cost = "" if wall is None else f"{wall:.1f} s, {peak:.0f} MB"
    score = f"{source.metric} {source.score(summary):.4f}"
    details = tuple(filter(None, (score, cost, format_cell("created", summary.created))))
    return ScatterDot(x, y, summary.id, shorten(summary.identity, MAX_NAME), details, best)


def _labels(dots: Sequence[ScatterDot], corners: Sequence[tuple[float, float]]) -> tuple[DotLabel, ...]:
    """Return the names of the dots on the line, the highest first, and then of the best others."""
    named = sorted(dots, key=lambda dot: (not dot.best, dot.y))
    points = [(dot.x, dot.y) for dot in dots]
    segments: list[Segment] = list(pairwise(corners))
    return tuple(label_dots([(dot.name, dot.x, dot.y) for dot in named], points, segments, AREA))


def _corners(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the corners of a step line through the points, continued to the right edge."""
    if not points:
        return []
    steps = [corner for (_, y), (x, next_y) in pairwise(points) for corner in ((x, y), (x, next_y))]
    return [points[0], *steps, (AREA.x_max, points[-1][1])]


def _svg_path(corners: Sequence[tuple[float, float]]) -> str:
    """Return the SVG path of a line through some corners."""
    return "".join(f"{'L' if place else 'M'}{x:g} {y:g}" for place, (x, y) in enumerate(corners))
