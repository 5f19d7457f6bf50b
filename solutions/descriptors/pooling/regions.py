"""Regions of feature maps, each pooled separately: the overlapping squares of R-MAC, and a fixed number of tiles.

Source of the squares: Tolias, Sicre, Jégou, Particular object retrieval with integral max-pooling of CNN activations,
2016, as cirtorch lays them out.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import numpy as np

from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.pooling.poolings import PoolFunction

LEVELS = 3
OVERLAP = Fraction(2, 5)  # wanted of neighbouring squares
_MAX_SQUARES = 7  # of the first level along the long side

Box = tuple[int, int, int, int]  # top, left, bottom, right


@cache
def rmac_boxes(height: int, width: int, levels: int = LEVELS) -> tuple[Box, ...]:
    """Return the squares of R-MAC in maps of this size, largest first.

    Level l has l squares along the short side. The long side has as many more as make neighbours of the first level
    overlap by nearly 40 %; ties go to fewer. Empty squares are left out.

    >>> [len(rmac_boxes(*shape)) for shape in ((7, 7), (9, 12), (7, 14))]
    [14, 20, 26]
    """
    short, extra = min(height, width), _extra_squares(height, width)
    boxes = []
    for level in range(1, levels + 1):
        side = 2 * short // (level + 1)
        down = _box_starts(height, side, level + extra * (height > width))
        across = _box_starts(width, side, level + extra * (width > height))
        boxes += [(top, left, top + side, left + side) for top in down for left in across if side]
    return tuple(boxes)


def _extra_squares(height: int, width: int) -> int:
    """Return the number of squares that the long side has more than the short side."""
    short, long = sorted((height, width))
    overlaps = {extra: 1 - Fraction(long - short, extra * short) for extra in range(1, _MAX_SQUARES)}
    return min(overlaps, key=lambda extra: abs(overlaps[extra] - OVERLAP)) if long > short else 0


def _box_starts(length: int, side: int, count: int) -> list[int]:
    """Return the first positions of `count` boxes with this side, spread evenly over a length.

    >>> _box_starts(7, 3, 3), _box_starts(7, 7, 1)
    ([0, 2, 4], [0])
    """
    return [number * (length - side) // max(count - 1, 1) for number in range(count)]


@cache
def tile_boxes(height: int, width: int, levels: int = LEVELS) -> tuple[Box, ...]:
    """Return the same number of boxes for maps of any size: level l has l × l, each 2 / (l + 1) of height and width.

    In square maps they are the squares of R-MAC. Each has at least one cell.

    >>> tile_boxes(7, 7) == rmac_boxes(7, 7), len(tile_boxes(9, 12)), tile_boxes(9, 12)[1]
    (True, 14, (0, 0, 6, 8))
    """
    boxes = []
    for level in range(1, levels + 1):
        high, wide = max(2 * height // (level + 1), 1), max(2 * width // (level + 1), 1)
        down, across = _box_starts(height, high, level), _box_starts(width, wide, level)
        boxes += [(top, left, top + high, left + wide) for top in down for left in across]
    return tuple(boxes)


def pool_boxes(maps: np.ndarray, boxes: Sequence[Box], pool: PoolFunction) -> np.ndarray:
    """Return the pooled boxes of maps `(h, w, c)`, each L2-normalised: `(boxes, c)`."""
    rows = [pool(maps[None, top:bottom, left:right])[0] for top, left, bottom, right in boxes]
    return l2_normalise(np.stack(rows))


def sum_of_regions(maps: np.ndarray, pool: PoolFunction) -> np.ndarray:
    """Return the sum `(c,)` of the pooled squares of maps `(h, w, c)`: R-MAC without whitening if `pool` is `mac`."""
    return np.asarray(pool_boxes(maps, rmac_boxes(*maps.shape[:2]), pool).sum(axis=0))
