"""Regions of feature maps, each pooled by itself: the overlapping squares of R-MAC, and tiles of a fixed number.

Source of the squares: Tolias, Sicre, Jégou, Particular object retrieval with integral max-pooling of CNN activations,
2016, as cirtorch lays them out.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import numpy as np

from solutions.descriptors.pooling.pooling import Pooling, unit

LEVELS = 3
OVERLAP = Fraction(2, 5)  # of neighbouring squares, as nearly as whole numbers of them allow
_MOST = 7  # squares of the first level along the long side

Box = tuple[int, int, int, int]  # top, left, bottom, right


@cache
def squares(height: int, width: int, levels: int = LEVELS) -> tuple[Box, ...]:
    """Return the regions of R-MAC in maps of this size, from the largest squares to the smallest.

    Level l has l of them along the short side and as many more along the long one as let neighbours of the first level
    overlap nearest to 40 %; ties go to fewer. A side of nothing is left out.

    >>> [len(squares(*shape)) for shape in ((7, 7), (9, 12), (7, 14))]
    [14, 20, 26]
    """
    short, extra = min(height, width), _extra(height, width)
    boxes = []
    for level in range(1, levels + 1):
        side = 2 * short // (level + 1)
        down = _corners(height, side, level + extra * (height > width))
        across = _corners(width, side, level + extra * (width > height))
        boxes += [(top, left, top + side, left + side) for top in down for left in across if side]
    return tuple(boxes)


def _extra(height: int, width: int) -> int:
    """Return how many squares the long side has beyond the short one."""
    short, long = sorted((height, width))
    overlaps = {extra: 1 - Fraction(long - short, extra * short) for extra in range(1, _MOST)}
    return min(overlaps, key=lambda extra: abs(overlaps[extra] - OVERLAP)) if long > short else 0


def _corners(length: int, side: int, count: int) -> list[int]:
    """Return where regions of a side begin, spread evenly from the first place to the last possible.

    >>> _corners(7, 3, 3), _corners(7, 7, 1)
    ([0, 2, 4], [0])
    """
    return [number * (length - side) // max(count - 1, 1) for number in range(count)]


@cache
def tiles(height: int, width: int, levels: int = LEVELS) -> tuple[Box, ...]:
    """Return regions, the same number in maps of any size: level l has l × l, each 2 / (l + 1) of height and width.

    In square maps they are the squares of R-MAC. Each has at least one place.

    >>> tiles(7, 7) == squares(7, 7), len(tiles(9, 12)), tiles(9, 12)[1]
    (True, 14, (0, 0, 6, 8))
    """
    boxes = []
    for level in range(1, levels + 1):
        high, wide = max(2 * height // (level + 1), 1), max(2 * width // (level + 1), 1)
        down, across = _corners(height, high, level), _corners(width, wide, level)
        boxes += [(top, left, top + high, left + wide) for top in down for left in across]
    return tuple(boxes)


def pooled_regions(maps: np.ndarray, boxes: Sequence[Box], pooling: Pooling) -> np.ndarray:
    """Return the pooled regions of maps `(h, w, c)`, each of length one: `(regions, c)`."""
    rows = [pooling(maps[None, top:bottom, left:right])[0] for top, left, bottom, right in boxes]
    return unit(np.stack(rows))


def regional(maps: np.ndarray, pooling: Pooling) -> np.ndarray:
    """Return the sum `(c,)` of the pooled squares of maps `(h, w, c)`; of maxima that is R-MAC without whitening."""
    return np.asarray(pooled_regions(maps, squares(*maps.shape[:2]), pooling).sum(axis=0))
