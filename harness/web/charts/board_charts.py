"""Scatter charts of a board: score against cost with its Pareto front, and score over time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Literal

from harness.web.charts.axes import Axis, PlotArea, TimeAxis
from harness.web.rendering import MAX_NAME, address
from leaderboard.pareto import pareto_front
from leaderboard.rendering.format_cells import format_cell
from leaderboard.safe_text import shorten
from leaderboard.storage.entry_summaries import EntrySummary

AREA = PlotArea(460, 300, 66, 448, 12, 256)
MAX_DOTS = 150  # besides those of the Pareto front
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
    """Dots between two axes, the path along the best of them, and the number of entries that are not drawn."""

    name: str
    caption: str
    x: Axis
    y: Axis
    dots: tuple[ScatterDot, ...]
    path: str
    n_omitted: int

    area = AREA


@dataclass(frozen=True)
class ChartSource:
    """The entries that a chart shows, and the part and metric of their scores."""

    summaries: Sequence[EntrySummary]
    part: str
    metric: str
    higher_is_better: bool

    def scored(self) -> list[EntrySummary]:
        """The entries that have a score on the part."""
        return [summary for summary in self.summaries if summary.score(self.part) is not None]

    def score(self, summary: EntrySummary) -> float:
        """The score of an entry; it must have one."""
        return summary.score(self.part) or 0.0

    def goodness(self, summary: EntrySummary) -> float:
        """The score, negated if lower is better."""
        return self.score(summary) if self.higher_is_better else -self.score(summary)


def cost_chart(source: ChartSource, cost: CostKind) -> ScatterChart | None:
    """Score against a cost of `COSTS` on a log axis; None if no entry has a measured cost."""
    field, axis_name = COSTS[cost]
    price: Callable[[EntrySummary], float] = lambda summary: max(getattr(summary.cost, field) or 0.0, 0.01)
    measured = [summary for summary in source.scored() if summary.cost.wall_s is not None]
    best = [measured[row] for row in pareto_front([(price(entry), source.goodness(entry)) for entry in measured])]
    caption = f"{source.metric} against {axis_name}; line: Pareto front, {len(best)} of {len(measured)} entries"
    return _chart(source, measured, best, (price, Axis, axis_name), (f"cost-{cost}", caption))


def time_chart(source: ChartSource) -> ScatterChart | None:
    """Score over the time of entry, with a line of the best score so far; None if no entry has a score."""
    scored = source.scored()
    created: Callable[[EntrySummary], float] = lambda summary: summary.created.timestamp()
    best = [scored[row] for row in pareto_front([(created(entry), source.goodness(entry)) for entry in scored])]
    caption = f"{source.metric} of {len(scored)} entries over time; line: best score so far, improved {len(best)} times"
    return _chart(source, scored, best, (created, TimeAxis, "entered, UTC"), ("time", caption))


def _chart(
    source: ChartSource,
    summaries: Sequence[EntrySummary],
    best: Sequence[EntrySummary],
    x_axis: tuple[Callable[[EntrySummary], float], type[Axis], str],
    name_and_caption: tuple[str, str],
) -> ScatterChart | None:
    if not summaries:
        return None
    x_value, axis_type, axis_name = x_axis
    on_front = {summary.id for summary in best}
    others = nsmallest(
        MAX_DOTS, (entry for entry in summaries if entry.id not in on_front), lambda e: -source.goodness(e)
    )
    visible = [*others, *best]
    is_log = axis_type is not TimeAxis
    x = axis_type.fit([x_value(entry) for entry in visible], AREA.x_min, AREA.x_max, log=is_log, name=axis_name)
    y_name = f"{source.part} {source.metric}"
    y = Axis.fit([source.score(entry) for entry in visible], AREA.y_max, AREA.y_min, name=y_name)
    dots = tuple(
        _dot(source, entry, x.at(x_value(entry)), y.at(source.score(entry)), best=entry.id in on_front)
        for entry in visible
    )
    path = _step_path([(dot.x, dot.y) for dot in dots if dot.best])
    return ScatterChart(*name_and_caption, x, y, dots, path, len(summaries) - len(visible))


def _dot(source: ChartSource, summary: EntrySummary, x: float, y: float, *, best: bool) -> ScatterDot:
    wall, cpu, peak = summary.cost
    cost = "" if wall is None else f"{wall:.1f} s wall, {cpu:.1f} s CPU, {peak:.0f} MB"
    score = f"{source.metric} {format_cell('score_all', source.score(summary))}"
    details = tuple(filter(None, (score, cost, format_cell("created", summary.created))))
    return ScatterDot(x, y, summary.id, shorten(summary.identity, MAX_NAME), details, best)


def _step_path(points: Sequence[tuple[float, float]]) -> str:
    """SVG path of a step line through the points, continued to the right edge."""
    if not points:
        return ""
    (x, y), *rest = points
    return "".join([f"M{x:g} {y:g}", *(f"H{x:g}V{y:g}" for x, y in rest), f"H{AREA.x_max:g}"])
