import re

import pytest

from harness.web.overfitting.probing import ProbingView, probing_chart
from harness.web.rendering import PageLayout, render_template
from leaderboard.overfitting.boosting_attack import AttackResult

RESULT = AttackResult((1, 10, 100), (0.5, 0.6, 0.7), (0.5, 0.5, 0.5))


def view(name: str = "name") -> ProbingView:
    return ProbingView(name, "mAP@100", [name, f"{name} too"], 2, 4, {"plain board": RESULT, "Ladder": RESULT}, 1)


def test_the_lines_are_the_reported_and_the_true_score_of_each_board():
    chart = probing_chart(view())
    assert [(line.name, line.is_public) for line in chart.lines] == [
        ("plain board", True), ("plain board", False), ("Ladder", True), ("Ladder", False),
    ]  # fmt: skip
    reported, true = chart.lines[:2]
    assert [y for _, y in reported.points] == sorted([y for _, y in reported.points], reverse=True)
    assert len({y for _, y in true.points}) == 1
    assert re.fullmatch(r"M[\d. L]+", reported.path)
    (left, _), (middle, _), (right, _) = reported.points
    assert middle - left == pytest.approx(right - middle, abs=0.2)


def test_names_are_escaped(hostile_names):
    for name in hostile_names:
        values = {"view": view(name), "chart": probing_chart(view(name))}
        page = render_template("overfitting/_probing.html", PageLayout("t"), **values)
        assert "<script>alert" not in page
        assert "\x1b" not in page
