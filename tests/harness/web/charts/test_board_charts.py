"""Tests of `harness.web.charts.axes` and `harness.web.charts.board_charts`."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.web.charts.axes import Axis, TimeAxis, padded_range
from harness.web.charts.board_charts import MAX_DOTS, ChartSource, cost_chart, time_chart
from leaderboard.entry import Cost
from leaderboard.pareto import pareto_front
from leaderboard.storage.entry_summaries import EntrySummary

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def summary(number: int, score: float | None, wall_s: float | None = 1.0) -> EntrySummary:
    when = NOON + timedelta(minutes=number)
    return EntrySummary(
        number, "s", f"s(k={number})", "scored", "gap", when, {"public": score}, Cost(wall_s, wall_s, 9.0)
    )


def source(summaries: list[EntrySummary], *, better: bool = True) -> ChartSource:
    return ChartSource(summaries, "public", "gap", better)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_the_pareto_front_is_not_dominated(points: list[tuple[float, float]]) -> None:
    def beaten(point: tuple[float, float]) -> bool:
        return any(cost <= point[0] and goodness >= point[1] and (cost, goodness) != point for cost, goodness in points)

    assert sorted(points[place] for place in pareto_front(points)) == sorted(
        {point for point in points if not beaten(point)}
    )


def test_the_line_of_the_best_over_time_never_falls() -> None:
    chart = time_chart(source([summary(1, 0.3), summary(2, 0.2), summary(3, 0.5), summary(4, None)]))
    assert chart is not None
    assert [dot.entry for dot in chart.dots if dot.best] == [1, 3]
    assert "improved 2 times" in chart.caption


def test_if_lower_is_better_the_lowest_is_on_the_line() -> None:
    chart = time_chart(source([summary(1, 5.0), summary(2, 9.0), summary(3, 2.0)], better=False))
    assert chart is not None
    assert [dot.entry for dot in chart.dots if dot.best] == [1, 3]


def test_entries_without_a_measured_cost_are_left_out() -> None:
    chart = cost_chart(source([summary(1, 0.5), summary(2, 0.4, None)]), "wall")
    assert chart is not None
    assert [dot.entry for dot in chart.dots] == [1]
    assert cost_chart(source([summary(1, None)]), "wall") is None


def test_of_thousands_only_the_best_and_the_front_are_shown() -> None:
    chart = cost_chart(source([summary(number, number / 5000, 1.0 + number) for number in range(1000)]), "wall")
    assert chart is not None
    assert all(dot.best for dot in chart.dots)  # each costs more than the last, and scores better
    flat = cost_chart(source([summary(number, number / 5000) for number in range(1000)]), "wall")
    assert flat is not None
    assert len(flat.dots) == MAX_DOTS + 1
    assert flat.n_omitted == 1000 - MAX_DOTS - 1


@pytest.mark.parametrize(
    ("values", "log"), [*product([[0.0001, 0.0002], [5.0], [1e-3, 1e5], [0.0, 1.0], [1.3, 2.4]], [False, True])]
)
def test_all_values_lie_within_an_axis_that_has_ticks(values: list[float], log: bool) -> None:
    values = [max(value, 1e-6) for value in values]
    axis = Axis(*padded_range(values, log=log), 0, 100, log)
    assert all(0 < axis.at(value) < 100 for value in values)
    assert 2 <= len(axis.ticks()) <= 30


@given(st.floats(0, 4e9), st.floats(1, 1e9))
def test_a_time_axis_has_few_ticks_within_it(low: float, length: float) -> None:
    axis = TimeAxis(low, low + length, 0, 100)
    assert 1 <= len(axis.ticks()) <= 6
    assert all(0 <= place <= 100 for place, _ in axis.ticks())
