"""Tests of `harness.web.shared.board_columns` and `harness.web.shared.board_lines`."""

from datetime import UTC, datetime
from typing import Any

import pytest

from harness.web.data.ties import BoardTie
from harness.web.shared.board_columns import RowContext, column_text, is_column, sort_rows
from harness.web.shared.board_lines import bar_scale
from leaderboard.board import Standing
from leaderboard.entry import Cost
from leaderboard.seeds import SeedSpread
from leaderboard.storage.entry_summaries import EntrySummary

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def row(number: int, score: float | None, identity: str = "s", **other: float) -> Standing[EntrySummary]:
    rank = None if score is None else number
    status: Any = "scored" if rank else "failed"
    scores = {"public": score, "private": None if score is None else 1 - score}
    by_metric = {"public": {"map@100": score, **other}}
    bounds = {} if score is None else {"public": (score - 0.01, score + 0.01)}
    entry = EntrySummary(
        *(number, "s", identity, status, "map@100", NOON, scores, Cost(None, None, None), 0), by_metric, bounds
    )
    return Standing(rank, rank and 4 - rank, entry, 1, NOON, SeedSpread(1, None, None))


ROWS = [
    row(1, 0.9, "s(k=10, kind='b')", **{"mp@10": 0.1}),
    row(2, 0.5, "s(k=9)", **{"mp@10": 0.3}),
    row(3, 0.4, "s(k='x')"),
    row(4, None, "no spec ("),
]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("score", [3, 2, 1, 4]),
        ("other", [1, 2, 3, 4]),
        ("move", [1, 2, 3, 4]),
        ("interval", [3, 2, 1, 4]),
        ("behind", [3, 2, 1, 4]),
        ("tie", [2, 1, 3, 4]),
        ("m:mp@10", [1, 2, 3, 4]),
        ("p:k", [2, 1, 3, 4]),
        ("p:kind", [1, 2, 3, 4]),
        ("m:none", [1, 2, 3, 4]),
    ],
)
def test_every_column_sorts_and_rows_without_a_value_come_last(sort, expected):
    ties = {1: BoardTie(True, None, 0.9), 2: BoardTie(False, 0.01, 0.1)}
    rows = sort_rows(ROWS, sort, RowContext("public", ties, {}, 0.9), down=False)
    assert [each.entry.id for each in rows] == expected


def test_metrics_and_parameters_are_texts():
    context = RowContext("public")
    assert [column_text("m:mp@10", each, context) for each in ROWS] == ["0.1000", "0.3000", "", ""]
    assert [column_text("p:k", each, context) for each in ROWS] == ["10", "9", "'x'", ""]


@pytest.mark.parametrize("name", ["", "m:", "p:" + "x" * 41, "p:a b;", "m:<i>", "score"])
def test_other_names_are_no_columns(name):
    assert not is_column(name)


def test_a_strong_entry_does_not_squash_the_bars_unless_asked_for():
    rows = [row(1, 0.6), *(row(number, 0.01 * number) for number in range(2, 6))]
    scale = bar_scale(rows, "public", higher_is_better=True)
    assert scale.is_cut
    assert scale.high < 0.1
    assert scale.bar(0.6, (0.59, 0.61)).beyond
    assert not scale.bar(0.02, None).beyond
    assert bar_scale(rows, "public", higher_is_better=True, choice="all").high > 0.6
    assert not bar_scale([], "public", higher_is_better=True).is_cut
