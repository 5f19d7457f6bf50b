"""A page on what probing the public part of a board gains, and what the Ladder leaves of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.web.charts.axes import Axis, around
from harness.web.rendering import Frame, page
from leaderboard.overfitting.boosting_attack import Probed

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 320, 58, 548, 12, 276
KINDS = {"plain board": "plain-board", "Ladder": "ladder-board"}


@dataclass(frozen=True)
class Attack:
    """What attacks came to on each board: on which competition, by mixing the answers of which two entries."""

    title: str
    metric: str
    names: Sequence[str]
    public: int
    queries: int
    probed: Mapping[str, Probed]
    attackers: int


@dataclass(frozen=True)
class Line:
    """Points of the picture, joined: what was told, or what it was worth."""

    name: str
    kind: str
    told: bool
    points: tuple[tuple[float, float], ...]

    @property
    def path(self) -> str:
        """The points as a path."""
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in self.points)


@dataclass(frozen=True)
class Picture:
    """Lines between two axes."""

    x_marks: tuple[tuple[float, int], ...]
    y: Axis
    lines: tuple[Line, ...]

    box = f"0 0 {WIDTH} {HEIGHT}"
    left, right, top, bottom, height = LEFT, RIGHT, TOP, BOTTOM, HEIGHT
    middle_x, middle_y = (LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2


def probing_page(frame: Frame, attack: Attack) -> str:
    """The page."""
    return page("probing.html", frame, attack=attack, picture=lines(attack.probed), kinds=KINDS)


def lines(probed: Mapping[str, Probed]) -> Picture:
    """The picture of attacks: for each board what it told and what that was worth, by the number of submissions."""
    steps = next(iter(probed.values())).submissions
    x = Axis(steps[0], max(steps[-1], steps[0] + 1), LEFT + 8, RIGHT - 8, log=True)
    y = Axis(*around([score for each in probed.values() for score in (*each.told, *each.private)]), BOTTOM, TOP)
    drawn = tuple(
        Line(
            name, KINDS[name], told, tuple((x.at(step), y.at(score)) for step, score in zip(steps, scores, strict=True))
        )
        for name, each in probed.items()
        for told, scores in ((True, each.told), (False, each.private))
    )
    return Picture(tuple((x.at(step), step) for step in steps), y, drawn)
