"""Axes of pictures: where values stand, and which of them are marked."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, floor, log10

_STEPS = (1, 2, 5)
_ENOUGH = 3  # marks
_SECONDS = 1, 2, 5, 10, 20, 60, 120, 300, 600, 1200, 3600, 3 * 3600, 6 * 3600, 12 * 3600
_DAYS = 1, 2, 5, 10, 20, 60, 120, 365, 730, 1825, 3650, 7300
_MONTHS = 60  # days apart, from which on the year matters and the day does not


@dataclass(frozen=True)
class Axis:
    """From one place of a picture to another; `marks` are places with what stands there."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """Where a value stands, at the nearer end if it lies beyond.

        >>> Axis(0, 10, 0, 100).at(5), Axis(1, 100, 0, 100, log=True).at(10)
        (50.0, 50.0)
        """
        low, high, value = (log10(each) if self.log else each for each in (self.low, self.high, value))
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return round(self.start + share * (self.end - self.start), 1)

    def marks(self) -> list[tuple[float, str]]:
        """Round values and how they are written.

        >>> [text for _, text in Axis(0.11, 0.48, 0, 1).marks()]
        ['0.2', '0.3', '0.4']
        >>> [text for _, text in Axis(3, 2500, 0, 1, log=True).marks()]
        ['10', '100', '1k']
        """
        values = self._decades() if self.log else self._rounds()
        return [(self.at(value), _short(value)) for value in values if self.low <= value <= self.high]

    def _rounds(self) -> list[float]:
        step = 10 ** floor(log10((self.high - self.low) / _ENOUGH))
        step = next(step * factor for factor in (5, 2, 1) if (self.high - self.low) / (step * factor) >= _ENOUGH)
        return [round(step * place, 10) for place in range(ceil(self.low / step), floor(self.high / step) + 1)]

    def _decades(self) -> list[float]:
        decades = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        for steps in ((1,), _STEPS):
            found = [step * 10.0**decade for decade in decades for step in steps]
            if sum(self.low <= each <= self.high for each in found) >= _ENOUGH:
                return found
        return self._rounds()


@dataclass(frozen=True)
class TimeAxis(Axis):
    """An axis of moments, in seconds since 1970, marked at round ones of UTC."""

    def marks(self) -> list[tuple[float, str]]:
        """Round moments and how they are written.

        >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
        >>> [text for _, text in TimeAxis(noon, noon + 5400, 0, 1).marks()]
        ['1 Mar 12:00', '12:20', '12:40', '13:00', '13:20']
        """
        step = next((each for each in _SECONDS if (self.high - self.low) / each <= 5), 0)
        if step:
            first = ceil(self.low / step) * step
            clock = "%H:%M:%S" if step < 60 else "%H:%M"
            return self._written([float(first + place * step) for place in range(6)], clock)
        days = next((each for each in _DAYS if (self.high - self.low) / 86400 / each <= 5), _DAYS[-1])
        day = datetime.fromtimestamp(self.low, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        moments = [(day + timedelta(days=days * place)).timestamp() for place in range(1, 7)]
        return self._written(moments, "", years=days >= _MONTHS)

    def _written(self, moments: list[float], clock: str, *, years: bool = False) -> list[tuple[float, str]]:
        marks: list[tuple[float, str]] = []
        before = ""
        for moment in moments:
            if self.low <= moment <= self.high:
                when = datetime.fromtimestamp(moment, UTC)
                day = f"{when:%b %Y}" if years else f"{when.day} {when:%b}"
                words = [day] if day != before else []
                marks.append((self.at(moment), " ".join([*words, *([f"{when:{clock}}"] if clock else [])])))
                before = day
        return marks


def around(values: list[float], *, log: bool = False) -> tuple[float, float]:
    """Bounds between which all values have room, with a little to spare.

    >>> around([1, 3]), around([2, 2])
    ((0.92, 3.08), (1.5, 2.5))
    """
    low, high = min(values), max(values)
    if log:
        return (low / 1.15, high * 1.15)
    spare = 0.04 * (high - low) or 0.5
    return (round(low - spare, 10), round(high + spare, 10))


def _short(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"
