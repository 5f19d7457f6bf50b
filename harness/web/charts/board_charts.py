"""Pictures of a board: score against cost with the front that nobody beats, and score over time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from harness.web.board.query import Cost
from harness.web.charts.axes import Axis, TimeAxis, around
from harness.web.rendering import address, cut
from leaderboard.pareto import front
from leaderboard.rendering.format_cells import shown
from leaderboard.storage.entry_summaries import Outline

WIDTH, HEIGHT = 460, 300
LEFT, RIGHT, TOP, BOTTOM = 50, 448, 12, 256
MOST = 150  # points drawn, besides those of the front
COSTS: dict[Cost, tuple[str, str]] = {
    "wall": ("wall_s", "wall clock, seconds"),
    "cpu": ("cpu_s", "CPU, seconds"),
    "memory": ("peak_mb", "memory, MB"),
}


@dataclass(frozen=True)
class Dot:
    """An entry in a picture; `best` where it lies on the front."""

    x: float
    y: float
    entry: int
    name: str
    says: tuple[str, ...]
    best: bool

    @property
    def address(self) -> str:
        """The entry's page."""
        return address("e", self.entry)


@dataclass(frozen=True)
class Picture:
    """Dots between two axes, the line along the best of them, and how many more there are."""

    name: str
    says: str
    x: Axis
    y: Axis
    x_name: str
    y_name: str
    dots: tuple[Dot, ...]
    line: str
    left_out: int

    box = f"0 0 {WIDTH} {HEIGHT}"
    left, right, top, bottom = LEFT, RIGHT, TOP, BOTTOM
    middle_x, middle_y, width, height = (LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2, WIDTH, HEIGHT


@dataclass(frozen=True)
class Seen:
    """What a picture is drawn of: entries with their scores, and by which metric."""

    outlines: Sequence[Outline]
    part: str
    metric: str
    higher_is_better: bool

    def scored(self) -> list[Outline]:
        """Those that have a score."""
        return [each for each in self.outlines if each.score(self.part) is not None]

    def score(self, outline: Outline) -> float:
        """The score, of an entry that has one."""
        return outline.score(self.part) or 0.0

    def goodness(self, outline: Outline) -> float:
        """The higher, the better."""
        return self.score(outline) if self.higher_is_better else -self.score(outline)


def against_cost(seen: Seen, cost: Cost) -> Picture | None:
    """Score against a cost of `COSTS`, logarithmic; None where nothing was measured."""
    field, x_name = COSTS[cost]
    price: Callable[[Outline], float] = lambda outline: max(getattr(outline.cost, field) or 0.0, 0.01)
    measured = [each for each in seen.scored() if each.cost.wall_s is not None]
    best = [measured[place] for place in front([(price(each), seen.goodness(each)) for each in measured])]
    says = f"{seen.metric} against {x_name}; nothing that costs less scores better than the {len(best)} on the line"
    return _picture(seen, measured, best, (price, x_name, Axis), (f"cost-{cost}", says))


def over_time(seen: Seen) -> Picture | None:
    """Score over the time of entry, with the line of the best so far; None where nothing has a score."""
    scored = seen.scored()
    moment: Callable[[Outline], float] = lambda outline: outline.created.timestamp()
    best = [scored[place] for place in front([(moment(each), seen.goodness(each)) for each in scored])]
    says = f"{seen.metric} of {len(scored)} entries over time; the best score was raised {len(best)} times"
    return _picture(seen, scored, best, (moment, "entered, UTC", TimeAxis), ("time", says))


def _picture(
    seen: Seen,
    outlines: Sequence[Outline],
    best: Sequence[Outline],
    x_as: tuple[Callable[[Outline], float], str, type[Axis]],
    told: tuple[str, str],
) -> Picture | None:
    if not outlines:
        return None
    of, x_name, kind = x_as
    on_line = {each.id for each in best}
    others = nsmallest(MOST, (each for each in outlines if each.id not in on_line), lambda each: -seen.goodness(each))
    drawn = [*others, *best]
    is_time = kind is TimeAxis
    x = kind(*around([of(each) for each in drawn], log=not is_time), LEFT, RIGHT, not is_time)
    y = Axis(*around([seen.score(each) for each in drawn]), BOTTOM, TOP)
    dots = tuple(_dot(seen, each, x.at(of(each)), y.at(seen.score(each)), best=each.id in on_line) for each in drawn)
    line = _steps([(dot.x, dot.y) for dot in dots if dot.best])
    return Picture(*told, x, y, x_name, f"{seen.part} {seen.metric}", dots, line, len(outlines) - len(drawn))


def _dot(seen: Seen, outline: Outline, x: float, y: float, *, best: bool) -> Dot:
    wall, cpu, peak = outline.cost
    cost = "" if wall is None else f"{wall:.1f} s wall, {cpu:.1f} s CPU, {peak:.0f} MB"
    says = f"{seen.metric} {shown('score_all', seen.score(outline))}", cost, shown("created", outline.created)
    return Dot(x, y, outline.id, cut(outline.identity), tuple(filter(None, says)), best)


def _steps(points: Sequence[tuple[float, float]]) -> str:
    """The line that goes level to each point's place and then to it, and on to the right edge."""
    if not points:
        return ""
    (x, y), *rest = points
    path = [f"M{x:g} {y:g}", *(f"H{x:g}V{y:g}" for x, y in rest), f"H{RIGHT}"]
    return "".join(path)
