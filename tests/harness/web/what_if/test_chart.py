"""Tests of `harness.web.what_if.chart`."""

import pytest

from harness.comparing.what_if import WhatIfResult, WhatIfRow
from harness.web.what_if.chart import what_if_chart
from metrics import metric


def row(
    change: str, cut_off: float | None, answers: float, public: float | None, private: float, name: str
) -> WhatIfRow:
    parts = {"public": public, "private": private, "all": private}
    return WhatIfRow(change, cut_off, answers, {part: {name: score} for part, score in parts.items()})


def retrieval(public: float | None = 0.5) -> WhatIfResult:
    rows = [
        row("as submitted", None, 7, public, 0.75, "map@100"),
        row("first 1", 1, 1, public and public / 2, 0.25, "map@100"),
        row("first 10", 10, 7, public, 0.75, "map@100"),
    ]
    return WhatIfResult(metric("map@100"), 4, 2, tuple(rows))


def test_each_part_is_a_line_over_list_lengths() -> None:
    chart = what_if_chart(retrieval())
    assert chart is not None
    assert [line.part for line in chart.lines] == ["public", "private", "all"]
    public = chart.lines[0]
    assert [x for x, _ in public.points] == [chart.x.at(1), chart.x.at(10)]
    assert public.points[0][1] > public.points[1][1]  # SVG counts downwards
    assert public.best == public.points[1]
    assert public.path.startswith(f"M{public.points[0][0]:g} ")
    assert [length for _, length in chart.steps or ()] == [1, 5, 10, 20, 50, 100]


def test_a_part_without_scores_has_no_line_and_no_best() -> None:
    chart = what_if_chart(retrieval(public=None))
    assert chart is not None
    assert [(line.part, line.best) for line in chart.lines] == [("private", None), ("all", None)]


def test_labels_are_drawn_over_the_number_of_answers() -> None:
    rows = [row(f"≥ {cut}", cut, answers, 0.5, 0.5, "gap") for cut, answers in ((0.1, 8), (0.5, 4))]
    chart = what_if_chart(WhatIfResult(metric("gap"), 8, 4, tuple(rows)))
    assert chart is not None
    assert chart.steps is None
    assert [x for x, _ in chart.lines[0].points] == [chart.x.at(8), chart.x.at(4)]
    assert chart.lines[0].best == chart.lines[0].points[1]


@pytest.mark.parametrize("count", [0, 1])
def test_one_cut_off_is_not_drawn(count: int) -> None:
    rows = [row("≥ 0.1", 0.1, 8, 0.5, 0.5, "gap")][:count]
    assert what_if_chart(WhatIfResult(metric("gap"), 8, 4, tuple(rows))) is None
