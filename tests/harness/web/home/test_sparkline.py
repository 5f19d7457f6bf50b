"""Tests of `harness.web.home.sparkline`."""

from datetime import timedelta

from harness.web.home.sparkline import best_over_time
from leaderboard.entry import Cost
from leaderboard.storage.entry_summaries import EntrySummary
from tests.factories.entries import NOON


def summary(minute: int, score: float | None, solution: str = "hash") -> EntrySummary:
    scores = {"public": score, "private": None, "all": None}
    time = NOON + timedelta(minutes=minute)
    return EntrySummary(minute, solution, solution, "scored", "map@100", time, scores, Cost(1.0, 1.0, 1.0))


def test_the_line_rises_where_the_best_score_does() -> None:
    entries = [summary(0, 0.1), summary(1, 0.05), summary(2, None), summary(3, 0.4), summary(4, 0.9, "first_images")]
    line = best_over_time(entries, "public", higher_is_better=True)
    assert line is not None
    assert (line.first, line.best, line.records) == (0.1, 0.4, 2)
    assert line.path.count("V") == 1


def test_without_a_better_entry_there_is_no_line() -> None:
    assert best_over_time([], "public", higher_is_better=True) is None
    assert best_over_time([summary(0, 0.4), summary(1, 0.1)], "public", higher_is_better=True) is None
