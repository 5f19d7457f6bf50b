"""Axes of SVG charts: from values to positions, and round tick values with their labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, floor, log10
from typing import Self

_STEPS = (1, 2, 5)  # of ticks in a decade
_MIN_TICKS = 3
_SECOND_STEPS = 1, 2, 5, 10, 20, 60, 120, 300, 600, 1200, 3600, 3 * 3600, 6 * 3600, 12 * 3600
_DAY_STEPS = 1, 2, 5, 10, 20, 60, 120, 365, 730, 1825, 3650, 7300
_MONTH_STEP = 60  # days; from this step on, labels give month and year instead of the day


@dataclass(frozen=True)
class PlotArea:
    """The plotting rectangle of an SVG chart and its size with margins, in SVG units."""

    width: float
    height: float
    x_min: float
    x_max: float
    y_min: float
    y_max: float

    @property
    def view_box(self) -> str:
        """The viewBox attribute of the chart."""
        return f"0 0 {self.width:g} {self.height:g}"

    @property
    def middle_x(self) -> float:
        """Horizontal centre of the plotting rectangle."""
        return (self.x_min + self.x_max) / 2

    @property
    def middle_y(self) -> float:
        """Vertical centre of the plotting rectangle."""
        return (self.y_min + self.y_max) / 2


@dataclass(frozen=True)
class Axis:
    """Maps values in [low, high] to positions in [start, end], linearly or logarithmically."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False
    name: str = ""

    @classmethod
    def fit(cls, values: Sequence[float], start: float, end: float, *, log: bool = False, name: str = "") -> Self:
        """An axis on which all values lie, with a small margin."""
        return cls(*padded_range(values, log=log), start, end, log, name)

    def at(self, value: float) -> float:
        """Position of a value, clipped to the ends of the axis.

        >>> Axis(0, 10, 0, 100).at(5), Axis(1, 100, 0, 100, log=True).at(10)
        (50.0, 50.0)
        """
        low, high, value = (log10(number) if self.log else number for number in (self.low, self.high, value))
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[tuple[float, str]]:
        """Positions of round values, with their labels.

        >>> [label for _, label in Axis(0.11, 0.48, 0, 1).ticks()]
        ['0.2', '0.3', '0.4']
        >>> [label for _, label in Axis(3, 2500, 0, 1, log=True).ticks()]
        ['10', '100', '1k']
        """
        values = self._decades() if self.log else self._multiples()
        return [(self.at(value), _label(value)) for value in values if self.low <= value <= self.high]

    def _multiples(self) -> list[float]:
        step = 10 ** floor(log10((self.high - self.low) / _MIN_TICKS))
        step = next(step * factor for factor in (5, 2, 1) if (self.high - self.low) / (step * factor) >= _MIN_TICKS)
        return [round(step * count, 10) for count in range(ceil(self.low / step), floor(self.high / step) + 1)]

    def _decades(self) -> list[float]:
        decades = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        for steps in ((1,), _STEPS):
            values = [step * 10.0**decade for decade in decades for step in steps]
            if sum(self.low <= value <= self.high for value in values) >= _MIN_TICKS:
                return values
        return self._multiples()


@dataclass(frozen=True)
class TimeAxis(Axis):
    """An axis of times in seconds since 1970, with ticks at round times of UTC."""

    def ticks(self) -> list[tuple[float, str]]:
        """Positions of round times, with their labels.

        >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
        >>> [label for _, label in TimeAxis(noon, noon + 5400, 0, 1).ticks()]
        ['1 Mar 12:00', '12:20', '12:40', '13:00', '13:20']
        """
        step = next((seconds for seconds in _SECOND_STEPS if (self.high - self.low) / seconds <= 5), 0)
        if step:
            first = ceil(self.low / step) * step
            clock = "%H:%M:%S" if step < 60 else "%H:%M"
            return self._labelled([float(first + count * step) for count in range(6)], clock)
        days = next((days for days in _DAY_STEPS if (self.high - self.low) / 86400 / days <= 5), _DAY_STEPS[-1])
        midnight = datetime.fromtimestamp(self.low, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        times = [(midnight + timedelta(days=days * count)).timestamp() for count in range(1, 7)]
        return self._labelled(times, "", years=days >= _MONTH_STEP)

    def _labelled(self, times: list[float], clock: str, *, years: bool = False) -> list[tuple[float, str]]:
        ticks: list[tuple[float, str]] = []
        previous_day = ""
        for time in times:
            if self.low <= time <= self.high:
                when = datetime.fromtimestamp(time, UTC)
                day = f"{when:%b %Y}" if years else f"{when.day} {when:%b}"
                words = [day] if day != previous_day else []
                ticks.append((self.at(time), " ".join([*words, *([f"{when:{clock}}"] if clock else [])])))
                previous_day = day
        return ticks


def padded_range(values: Sequence[float], *, log: bool = False) -> tuple[float, float]:
    """Smallest and largest value, widened by a margin of 4 % (on a log axis by a factor of 1.15).

    >>> padded_range([1, 3]), padded_range([2, 2])
    ((0.92, 3.08), (1.5, 2.5))
    """
    low, high = min(values), max(values)
    if log:
        return (low / 1.15, high * 1.15)
    margin = 0.04 * (high - low) or 0.5
    return (round(low - margin, 10), round(high + margin, 10))


def _label(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"
