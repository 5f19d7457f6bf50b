from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.web.charts.axes import Axis, TimeAxis, around
from harness.web.charts.board_charts import MOST, Seen, against_cost, over_time
from leaderboard.entry import Cost
from leaderboard.pareto import front
from leaderboard.storage.entry_summaries import Outline

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def outline(number: int, score: float | None, wall_s: float | None = 1.0) -> Outline:
    when = NOON + timedelta(minutes=number)
    return Outline(number, "s", f"s(k={number})", "scored", "gap", when, {"public": score}, Cost(wall_s, wall_s, 9.0))


def seen(outlines: list[Outline], *, better: bool = True) -> Seen:
    return Seen(outlines, "public", "gap", better)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_the_front_is_what_no_other_point_beats(points: list[tuple[float, float]]) -> None:
    def beaten(point: tuple[float, float]) -> bool:
        return any(cost <= point[0] and goodness >= point[1] and (cost, goodness) != point for cost, goodness in points)

    assert sorted(points[place] for place in front(points)) == sorted({point for point in points if not beaten(point)})


def test_the_line_of_the_best_over_time_never_falls() -> None:
    picture = over_time(seen([outline(1, 0.3), outline(2, 0.2), outline(3, 0.5), outline(4, None)]))
    assert picture is not None
    assert [dot.entry for dot in picture.dots if dot.best] == [1, 3]
    assert "raised 2 times" in picture.says


def test_where_less_is_better_the_lowest_is_on_the_line() -> None:
    picture = over_time(seen([outline(1, 5.0), outline(2, 9.0), outline(3, 2.0)], better=False))
    assert picture is not None
    assert [dot.entry for dot in picture.dots if dot.best] == [1, 3]


def test_what_was_not_measured_has_no_place_among_costs() -> None:
    picture = against_cost(seen([outline(1, 0.5), outline(2, 0.4, None)]), "wall")
    assert picture is not None
    assert [dot.entry for dot in picture.dots] == [1]
    assert against_cost(seen([outline(1, None)]), "wall") is None


def test_of_thousands_only_the_best_and_the_front_are_drawn() -> None:
    picture = against_cost(seen([outline(number, number / 5000, 1.0 + number) for number in range(1000)]), "wall")
    assert picture is not None
    assert all(dot.best for dot in picture.dots)  # each costs more than the last, and scores better
    flat = against_cost(seen([outline(number, number / 5000) for number in range(1000)]), "wall")
    assert flat is not None
    assert len(flat.dots) == MOST + 1
    assert flat.left_out == 1000 - MOST - 1


@pytest.mark.parametrize(
    ("values", "log"), [*product([[0.0001, 0.0002], [5.0], [1e-3, 1e5], [0.0, 1.0], [1.3, 2.4]], [False, True])]
)
def test_an_axis_has_room_for_all_and_some_marks(values: list[float], log: bool) -> None:
    values = [max(value, 1e-6) for value in values]
    axis = Axis(*around(values, log=log), 0, 100, log)
    assert all(0 < axis.at(value) < 100 for value in values)
    assert 2 <= len(axis.marks()) <= 30


@given(st.floats(0, 4e9), st.floats(1, 1e9))
def test_an_axis_of_moments_has_few_marks_within_it(low: float, length: float) -> None:
    axis = TimeAxis(low, low + length, 0, 100)
    assert 1 <= len(axis.marks()) <= 6
    assert all(0 <= place <= 100 for place, _ in axis.marks())
