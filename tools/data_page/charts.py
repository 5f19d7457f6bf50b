"""Charts as SVG that follow the page's colours, and bars that are tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np

from tools.data_page.html import Html, joined, tag

_WIDTH, _HEIGHT = 400, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 388, 12, 226  # of the plot within
_STEPS = (1,), (1, 2, 5), (1, 2, 3, 4, 5, 6, 7, 8, 9)  # of ticks in a decade
_ENOUGH = 3  # ticks
_LARGEST, _SMALLEST = 9.0, 1.2  # radius of a disc


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis from one place of the picture to another, with a name."""

    low: float
    high: float
    start: float
    end: float
    name: str

    @classmethod
    def around(cls, values: np.ndarray, start: float, end: float, name: str) -> Axis:
        """The axis on which all values, positive ones, have room."""
        low, high = float(values.min()), float(values.max())
        return cls(low / 1.1, high * 1.1, start, end, name)

    def at(self, values: np.ndarray | float) -> np.ndarray:
        """Where values stand."""
        share = (np.log10(values) - log10(self.low)) / (log10(self.high) - log10(self.low))
        return np.asarray(self.start + share * (self.end - self.start))

    def ticks(self) -> list[float]:
        """Powers of ten, and multiples of them where these would be few.

        >>> Axis(1, 1000, 0, 1, "").ticks(), Axis(3, 25, 0, 1, "").ticks(), Axis(9, 11, 0, 1, "").ticks()
        ([1, 10, 100, 1000], [5, 10, 20], [9, 10])
        """
        decades = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        for steps in _STEPS:
            marks = [step * 10**decade for decade in decades for step in steps]
            found = [mark for mark in marks if self.low <= mark <= self.high]
            if len(found) >= _ENOUGH:
                break
        return found


def rank_curve(ranks: np.ndarray, counts: np.ndarray, x_name: str, y_name: str, says: str) -> Html:
    """Counts, descending, over their ranks, both logarithmic."""
    x, y = _axes(ranks, counts, x_name, y_name)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.at(ranks), y.at(counts), strict=True))
    dots = _dots(x.at(ranks), y.at(counts), np.full(len(ranks), 2.2)) if len(ranks) <= 60 else Html()
    return _picture(says, x, y, tag("polyline", points=points, class_="curve"), dots)


def discs(widths: np.ndarray, heights: np.ndarray, x_name: str, y_name: str, says: str) -> Html:
    """A disc at each point, as large as it is frequent; near points, a fiftieth of a decade, are one."""
    near = np.round(50 * np.log10(np.stack([widths, heights]))).astype(int)
    (columns, rows), count = np.unique(near, axis=1, return_counts=True)
    x, y = _axes(10 ** (columns / 50), 10 ** (rows / 50), x_name, y_name)
    radius = np.maximum(_SMALLEST, _LARGEST * np.sqrt(count / count.max()))
    order = np.argsort(-radius, kind="stable")  # small ones above
    where = x.at(10 ** (columns / 50))[order], y.at(10 ** (rows / 50))[order]
    return _picture(says, x, y, _square(x, y), _dots(*where, radius[order]))


def bars(head: Sequence[str], rows: Iterable[tuple[str, int]], total: int) -> Html:
    """A table of names and counts, each with a bar as long as its share of the largest, and its share of all."""
    rows = list(rows)
    longest = max((count for _, count in rows), default=0) or 1
    body = [
        tag(
            "tr",
            tag("th", name, scope="row"),
            tag("td", _bar(count / longest), class_="bar"),
            tag("td", f"{count:,}"),
            tag("td", percent(count / (total or 1)), class_="share"),
        )
        for name, count in rows
    ]
    first, *others = (tag("th", each, scope="col") for each in head)
    return tag("table", tag("thead", tag("tr", first, tag("td", ""), *others)), tag("tbody", *body), class_="bars")


def percent(share: float) -> str:
    """A share in [0, 1] for people.

    >>> percent(0.5), percent(0.0004), percent(0), percent(1)
    ('50 %', '< 0.1 %', '0 %', '100 %')
    """
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def _bar(share: float) -> Html:
    box = tag("rect", width=f"{100 * share:.1f}%", height="100%", rx="2")
    return tag("svg", box, width="100%", height="12", aria_hidden="true", focusable="false")


def _axes(x: np.ndarray, y: np.ndarray, x_name: str, y_name: str) -> tuple[Axis, Axis]:
    return Axis.around(x, _LEFT, _RIGHT, x_name), Axis.around(y, _BOTTOM, _TOP, y_name)


def _picture(says: str, x: Axis, y: Axis, *drawn: Html) -> Html:
    content = joined([_grid(x, y), *drawn])
    return tag("svg", content, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img", aria_label=says, class_="chart")


def _grid(x: Axis, y: Axis) -> Html:
    parts = []
    for mark in x.ticks():
        place = f"{x.at(mark):.1f}"
        parts.append(tag("line", x1=place, x2=place, y1=_TOP, y2=_BOTTOM, class_="rule"))
        parts.append(tag("text", _short(mark), x=place, y=_BOTTOM + 16, text_anchor="middle"))
    for mark in y.ticks():
        place = f"{y.at(mark):.1f}"
        parts.append(tag("line", x1=_LEFT, x2=_RIGHT, y1=place, y2=place, class_="rule"))
        parts.append(tag("text", _short(mark), x=_LEFT - 6, y=place, dy="4", text_anchor="end"))
    middle = (_TOP + _BOTTOM) / 2
    parts.append(tag("text", x.name, x=(_LEFT + _RIGHT) / 2, y=_HEIGHT - 8, text_anchor="middle", class_="axis"))
    turn = f"rotate(-90 12 {middle})"
    parts.append(tag("text", y.name, x=12, y=middle, text_anchor="middle", transform=turn, class_="axis"))
    return joined(parts)


def _square(x: Axis, y: Axis) -> Html:
    """The line on which width and height are the same."""
    low, high = max(x.low, y.low), min(x.high, y.high)
    if low >= high:
        return Html()
    places = {"x1": x.at(low), "y1": y.at(low), "x2": x.at(high), "y2": y.at(high)}
    return tag("line", class_="square", **{name: f"{float(place):.1f}" for name, place in places.items()})


def _dots(x: np.ndarray, y: np.ndarray, radius: np.ndarray) -> Html:
    return joined(
        tag("circle", cx=f"{a:.1f}", cy=f"{b:.1f}", r=f"{r:.1f}") for a, b, r in zip(x, y, radius, strict=True)
    )


def _short(mark: float) -> str:
    return f"{mark / 1000:g}k" if mark >= 10_000 else f"{mark:g}"
