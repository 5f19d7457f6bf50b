"""Tests of `harness.plotting.label_placement`: names collide with nothing."""

from itertools import combinations

import numpy as np
import pytest

from harness.plotting.label_placement import Box, Drawing, NamedPoint, place_labels

AREA = Box(0, 0, 300, 200)


def crowd(seed: int, count: int) -> list[tuple[float, float]]:
    random = np.random.default_rng(seed)
    return [(float(x), float(y)) for x, y in random.random((count, 2)) * (280, 180) + 10]


@pytest.mark.parametrize("seed", range(5))
def test_no_name_covers_a_point_a_line_a_leader_or_another_name(seed):
    points = crowd(seed, 20)
    segments = [(points[0], points[1]), ((0, 100), (300, 100))]
    boxes = [Box.around(point, 3) for point in points]
    named = [NamedPoint(point, [("a long name", 70, 11), ("name", 25, 11)]) for point in points]
    placed = [label for label in place_labels(named, Drawing(AREA, boxes, segments), 6) if label]
    assert len(placed) > 5
    for label in placed:
        assert label.box.is_within(AREA)
        assert not any(label.box.overlaps(box) for box in boxes)
        assert not any(label.box.is_crossed_by(segment) for segment in segments)
    for one, other in combinations(placed, 2):
        assert not one.box.overlaps(other.box)
        assert not (one.leader and other.box.is_crossed_by(one.leader))
        assert not (other.leader and one.box.is_crossed_by(other.leader))


def test_a_name_without_room_is_shortened_or_left_out():
    area = Box(0, 0, 40, 12)
    point = (5.0, 6.0)
    boxes = [Box.around(point, 2)]
    names = [("much too long", 100.0, 10.0), ("short", 30.0, 10.0)]
    (label,) = place_labels([NamedPoint(point, names)], Drawing(area, boxes), 3)
    assert label is not None
    assert label.text == "short"
    assert place_labels([NamedPoint(point, names[:1])], Drawing(area, boxes), 3) == [None]


def test_earlier_names_take_precedence():
    points = [NamedPoint((5.0, 5.0), [("name", 20.0, 8.0)])] * 2
    first, second = place_labels(points, Drawing(Box(0, 0, 30, 10)), 2)
    assert first is not None
    assert second is None
