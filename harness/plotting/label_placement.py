"""Places for the names of points in a chart, where they cover no point, no line, no tick and no other name.

Used by figures and by the charts of pages. Units and the direction of the axes are those of the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import hypot

Point = tuple[float, float]
Segment = tuple[Point, Point]

_DISTANCES = 1.0, 1.6, 2.4, 3.5, 5.0, 7.0  # of a name from its point, in units of the gap
_DIRECTIONS = (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (0, -1)
_TOUCHING = 1.2  # distance, in units of the gap, up to which a name needs no line to its point


@dataclass(frozen=True)
class Box:
    """A rectangle with x0 ≤ x1 and y0 ≤ y1."""

    x0: float
    y0: float
    x1: float
    y1: float

    def overlaps(self, other: Box) -> bool:
        """Return whether two rectangles have a common area.

        >>> Box(0, 0, 2, 2).overlaps(Box(1, 1, 3, 3)), Box(0, 0, 1, 1).overlaps(Box(1, 0, 2, 1))
        (True, False)
        """
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def is_within(self, other: Box) -> bool:
        """Return whether another rectangle has all of this one."""
        return self.x0 >= other.x0 and self.y0 >= other.y0 and self.x1 <= other.x1 and self.y1 <= other.y1

    def is_crossed_by(self, segment: Segment) -> bool:
        """Return whether a line segment has a part in the rectangle (Liang and Barsky).

        >>> Box(0, 0, 2, 2).is_crossed_by(((-1, 1), (3, 1))), Box(0, 0, 2, 2).is_crossed_by(((-1, 3), (3, 3)))
        (True, False)
        """
        (x, y), (end_x, end_y) = segment
        first, last = 0.0, 1.0
        for step, low, high in ((end_x - x, self.x0 - x, self.x1 - x), (end_y - y, self.y0 - y, self.y1 - y)):
            if step == 0:
                if low >= 0 or high <= 0:
                    return False
                continue
            near, far = sorted((low / step, high / step))
            first, last = max(first, near), min(last, far)
        return first < last

    def distance(self, point: Point) -> float:
        """Return the distance of a point from the rectangle, 0 within it."""
        x, y = point
        across, up = max(self.x0 - x, 0.0, x - self.x1), max(self.y0 - y, 0.0, y - self.y1)
        return hypot(across, up)

    @classmethod
    def around(cls, point: Point, radius: float) -> Box:
        """Return the square around a point."""
        x, y = point
        return cls(x - radius, y - radius, x + radius, y + radius)


@dataclass(frozen=True)
class NamedPoint:
    """A point with its name in several lengths, the best first: text, width and height of each."""

    point: Point
    names: Sequence[tuple[str, float, float]]


@dataclass(frozen=True)
class PlacedLabel:
    """A name in its rectangle, and the line from its point to it, if it does not touch the point."""

    text: str
    box: Box
    leader: Segment | None


@dataclass(frozen=True)
class Drawing:
    """What names must not cover: boxes and line segments, in an area that they must not leave."""

    area: Box
    boxes: Sequence[Box] = ()
    segments: Sequence[Segment] = ()


def place_labels(named: Sequence[NamedPoint], drawing: Drawing, gap: float) -> list[PlacedLabel | None]:
    """Return a place for each name, in their order; None for one that has no room.

    `gap` is the distance between a point and a name beside it. No name is nearer to another point than to its own.
    Earlier names take precedence. A name that has no room
    in its first length is tried in the next one.

    >>> point = NamedPoint((5, 5), [("hash", 4, 1)])
    >>> [label] = place_labels([point], Drawing(Box(0, 0, 20, 10)), 1)
    >>> label.box
    Box(x0=6.0, y0=4.5, x1=10.0, y1=5.5)
    """
    boxes, segments = list(drawing.boxes), list(drawing.segments)
    points = [each.point for each in named]
    placed: list[PlacedLabel | None] = []
    for each in named:
        free = _free_places(each, Drawing(drawing.area, boxes, segments), gap)
        label = next((place for place in free if _is_nearest(each.point, place.box, points)), None)
        placed.append(label)
        if label:
            boxes.append(label.box)
            segments += [label.leader] if label.leader else []
    return placed


def _is_nearest(point: Point, box: Box, points: Sequence[Point]) -> bool:
    """Return whether no other point is nearer to a name than its own, so that it cannot seem to be the name of that."""
    own = box.distance(point)
    return not any(box.distance(other) < own for other in points)


def _free_places(named: NamedPoint, drawing: Drawing, gap: float) -> Iterator[PlacedLabel]:
    for text, width, height in named.names:
        for box, distance in _candidates(named.point, width, height, gap):
            leader = _leader(named.point, box) if distance > _TOUCHING else None
            if _is_free(box, leader, drawing):
                yield PlacedLabel(text, box, leader)


def _candidates(point: Point, width: float, height: float, gap: float) -> Iterator[tuple[Box, float]]:
    """Yield rectangles around a point, the nearest first, with their distance in units of the gap."""
    x, y = point
    for distance in _DISTANCES:
        for across, up in _DIRECTIONS:
            if distance > _TOUCHING and (across, up) in _DIRECTIONS[:2]:
                continue  # far to the side of a point, a name seems to belong to another one
            left = x + across * gap * distance - (0 if across > 0 else width if across < 0 else width / 2)
            middle = y + up * (gap * distance + height / 2)
            yield Box(left, middle - height / 2, left + width, middle + height / 2), distance


def _leader(point: Point, box: Box) -> Segment:
    """Return the line from a point to the nearest point of a rectangle."""
    x, y = point
    return point, (min(max(x, box.x0), box.x1), min(max(y, box.y0), box.y1))


def _is_free(box: Box, leader: Segment | None, drawing: Drawing) -> bool:
    if not box.is_within(drawing.area) or any(box.overlaps(other) for other in drawing.boxes):
        return False
    if any(box.is_crossed_by(segment) for segment in drawing.segments):
        return False
    return leader is None or not any(other.is_crossed_by(leader) for other in _beyond(leader[0], drawing.boxes))


def _beyond(point: Point, boxes: Iterable[Box]) -> Iterator[Box]:
    """Yield the rectangles that do not have the point itself in them."""
    x, y = point
    return (box for box in boxes if not (box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1))
