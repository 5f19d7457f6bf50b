"""A part of a chart that is enlarged, as text in an address: `cost:1,100,0.2,0.4`, any end of which may be missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Self

MAX_LENGTH = 120  # characters


@dataclass(frozen=True)
class Zoom:
    """The range of values on both axes of the chart of a name; None at an end that is not changed."""

    chart: str
    ends: tuple[float | None, float | None, float | None, float | None]  # x from, x to, y from, y to

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Parse a text; None if it is no zoom.

        >>> Zoom.read("time:,,0.2,0.4").ends, Zoom.read("time:1,2"), Zoom.read("cost:nan,1,,")
        ((None, None, 0.2, 0.4), None, None)
        """
        chart, _, rest = text[:MAX_LENGTH].partition(":")
        try:
            ends = [float(part) if part else None for part in rest.split(",")]
        except ValueError:
            return None
        if chart not in ("cost", "time") or len(ends) != 4 or not all(end is None or isfinite(end) for end in ends):
            return None
        return cls(chart, (ends[0], ends[1], ends[2], ends[3]))

    def __str__(self) -> str:
        return f"{self.chart}:" + ",".join("" if end is None else f"{end:.10g}" for end in self.ends)

    def x_range(self, low: float, high: float) -> tuple[float, float]:
        """Return the range on the horizontal axis, within low and high where it would be empty."""
        return _range(self.ends[:2], low, high)

    def y_range(self, low: float, high: float) -> tuple[float, float]:
        """Return the range on the vertical axis."""
        return _range(self.ends[2:], low, high)


def _range(ends: Sequence[float | None], low: float, high: float) -> tuple[float, float]:
    first, last = (low if ends[0] is None else ends[0]), (high if ends[1] is None else ends[1])
    return (first, last) if first < last else (low, high)
