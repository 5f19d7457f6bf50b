"""A histogram of scores in [0, 1] as an SVG chart; each bar leads to its queries, and zero has a bar of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from harness.web.charts.axes import Axis, PlotArea

AREA = PlotArea(440, 250, 50, 432, 20, 206)
N_BARS = 20
LEAST = 1e-6  # smaller scores count as zero
_GAP = 1.5  # between bars
_ZERO = 22  # width of the bar of zeros
_SHARE = 1.25  # a higher bar of zeros is cut at this multiple of the others


@dataclass(frozen=True)
class HistogramBar:
    """The bar of the scores in [low, high): position and size in SVG units, and the address of what it counts."""

    low: str
    high: str
    count: int
    x: float
    width: float
    y: float
    is_zero: bool
    is_cut: bool
    address: str

    @property
    def range(self) -> str:
        """Return the range of scores as text."""
        return "0" if self.is_zero else f"{0 if self.low == LEAST_TEXT else self.low} to {self.high}"


@dataclass(frozen=True)
class Histogram:
    """The bars of a histogram with its axes."""

    x: Axis
    y: Axis
    bars: Sequence[HistogramBar]

    area = AREA


LEAST_TEXT = f"{LEAST:.6f}"


def score_histogram(scores: np.ndarray, name: str, address_of: Callable[[str], str]) -> Histogram:
    """Return the histogram of scores `(n,)`, NaN left out; `address_of` takes a range such as "0.05-0.1".

    A bar of zeros that is much higher than all others is cut, as it would flatten them.
    """
    edges = [LEAST_TEXT, *(f"{number / N_BARS:g}" for number in range(1, N_BARS + 1))]
    scores = scores[~np.isnan(scores)]
    counts = np.histogram(scores[scores >= LEAST], [float(edge) for edge in edges])[0].tolist()
    n_zero, highest = int((scores < LEAST).sum()), max(1, *counts)
    top = highest * _SHARE if n_zero > 2 * highest else max(n_zero, highest)
    x = Axis(0, 1, AREA.x_min + _ZERO + 8, AREA.x_max, name=name)
    y = Axis(0, top, AREA.y_max, AREA.y_min, name="queries")
    pairs = list(pairwise(edges))
    bars = [_bar(x, y, low, high, count, address_of) for (low, high), count in zip(pairs, counts, strict=True)]
    zero = HistogramBar(
        "0", LEAST_TEXT, n_zero, AREA.x_min, _ZERO, y.at(n_zero), True, n_zero > top, address_of(f"0-{LEAST_TEXT}")
    )
    return Histogram(x, y, [zero, *bars])


def _bar(x: Axis, y: Axis, low: str, high: str, count: int, address_of: Callable[[str], str]) -> HistogramBar:
    left, right = x.at(float(low)), x.at(float(high))
    width = round(right - left - _GAP, 1)
    return HistogramBar(low, high, count, left, width, y.at(count), False, False, address_of(f"{low}-{high}"))
