"""Tests of `harness.web.charts.score_history`."""

from datetime import timedelta

import pytest

from harness.web.charts.score_history import ScorePoint, score_history
from tests.factories.entries import NOON


def history(scores, *, higher_is_better=True):
    points = [ScorePoint(NOON + timedelta(hours=number), score, f"#{number}") for number, score in enumerate(scores)]
    return score_history(points, "mAP@100", higher_is_better=higher_is_better)


@pytest.mark.parametrize(
    ("higher_is_better", "best"),
    [(True, [True, False, True, False]), (False, [True, True, False, False])],
)
def test_the_line_passes_through_each_new_best_score(higher_is_better, best):
    chart = history([0.3, 0.2, 0.5, 0.5], higher_is_better=higher_is_better)
    assert [dot.is_best for dot in chart.dots] == best
    assert chart.path.count("V") == sum(best) - 1
    assert chart.dots[0].text == "#0: 0.30000"
    assert "best 0.50000" in chart.caption or not higher_is_better


def test_one_score_makes_no_chart():
    assert history([0.3]) is None
    assert history([0.3, 0.3]) is not None
