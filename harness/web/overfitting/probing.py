"""View data of the probing simulation: public and private score of an attack on a plain board and under the Ladder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.web.charts.axes import Axis, PlotArea
from leaderboard.overfitting.boosting_attack import AttackResult

AREA = PlotArea(560, 320, 58, 548, 12, 276)
CSS_CLASSES = {"plain board": "plain-board", "Ladder": "ladder-board"}


@dataclass(frozen=True)
class ProbingView:
    """A simulated attack: the two entries whose answers it mixes, the queries, and the result on each board."""

    title: str
    metric: str
    names: Sequence[str]
    n_public: int
    n_queries: int
    results: Mapping[str, AttackResult]
    n_attackers: int


@dataclass(frozen=True)
class ProbingLine:
    """A line of the chart: the reported public score, or the true private score, on one board."""

    name: str
    css_class: str
    is_public: bool
    points: tuple[tuple[float, float], ...]

    @property
    def path(self) -> str:
        """The line as an SVG path."""
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in self.points)


@dataclass(frozen=True)
class ProbingChart:
    """Lines between two axes, with a tick at each simulated number of submissions."""

    x: Axis
    y: Axis
    steps: tuple[tuple[float, int], ...]
    lines: tuple[ProbingLine, ...]

    area = AREA


def probing_chart(view: ProbingView) -> ProbingChart:
    """Draw the public and private score on each board by the number of submissions."""
    steps = next(iter(view.results.values())).submissions
    last = max(steps[-1], steps[0] + 1)
    x = Axis(steps[0], last, AREA.x_min + 8, AREA.x_max - 8, log=True, name="number of submissions")
    scores = [score for result in view.results.values() for score in (*result.public_scores, *result.private_scores)]
    y = Axis.fit(scores, AREA.y_max, AREA.y_min, name=view.metric)
    lines = tuple(
        ProbingLine(
            name,
            CSS_CLASSES[name],
            is_public,
            tuple((x.at(step), y.at(score)) for step, score in zip(result.submissions, values, strict=True)),
        )
        for name, result in view.results.items()
        for is_public, values in ((True, result.public_scores), (False, result.private_scores))
    )
    return ProbingChart(x, y, tuple((x.at(step), step) for step in steps), lines)
