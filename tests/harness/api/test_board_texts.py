"""Tests of `harness.api.boards`: boards as text."""

import pytest

from harness.api.boards import LeaderboardView
from leaderboard import board_rows, fold_rows
from tests.factories.entries import make_entry

ENTRIES = [make_entry("hash", public=0.5, private=0.25), make_entry("nearest(dims=64)", public=0.75, private=0.5)]
FOLDS = [make_entry("hash", all=0.5, split=f"fold {fold}/2 of deal ab") for fold in (1, 2)]
BOARD = LeaderboardView("demo", {"retrieval": board_rows(ENTRIES, higher_is_better=True), "recognition": []})


@pytest.mark.parametrize(
    ("format", "part"),
    [
        ("table", "demo, retrieval: mAP@100 ↑\n#  Δ  solution"),
        ("markdown", "| 1 | nearest(dims=64) | 0.75000 | 0.50000 |"),
        ("latex", r"1 & nearest(dims=64) & \textbf{0.75000} & \textbf{0.50000} \\"),
        ("csv", "1,1,0,nearest,nearest(dims=64),map@100,0.75,0.5,"),
    ],
)
def test_a_board_is_text_in_every_format(format, part):
    assert part in BOARD.text(format)


def test_medals_are_for_boards_of_test_images():
    assert "| gold | 50 |" in BOARD.text(medals=True)
    folds = LeaderboardView("demo", {"retrieval": fold_rows(FOLDS, higher_is_better=True)})
    assert "| 1 | hash | 0.50000 ± 0.00000 | 2/2 |" in folds.text(medals=True)


def test_a_competition_without_entries_has_no_text():
    assert LeaderboardView("demo", {"retrieval": []}).text() == ""
