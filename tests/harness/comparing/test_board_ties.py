"""Tests of `harness.comparing.board_ties`: the rows of a board that are tied with the best."""

import pytest

from harness.comparing import board_ties
from harness.comparing.board_ties import tied_with_best
from leaderboard import board_rows
from tests.factories.boards import ScoredBoard


@pytest.fixture
def board(tmp_path):
    """A board whose second entry is as good as the first, and whose third is worse."""
    board = ScoredBoard(tmp_path)
    for name, factor in (("first", 1.0), ("same", 1.0), ("worse", 0.2)):
        board.add_entry(name, factor)
    return board


def rows_of(board):
    return board_rows(board.store.entries(), higher_is_better=True)


def test_rows_that_are_not_significantly_worse_are_tied(board):
    assert tied_with_best(rows_of(board), board.store, board.metric) == {"same"}


def test_there_are_no_ties_without_values_or_with_too_many_or_of_one_row(board, monkeypatch):
    assert not tied_with_best(rows_of(board)[:1], board.store, board.metric)
    monkeypatch.setattr(board_ties, "MAX_VALUES", 10)
    assert not tied_with_best(rows_of(board), board.store, board.metric)
    monkeypatch.undo()
    board.add_entry("none", 0.9, complete=False)
    assert not tied_with_best(rows_of(board), board.store, board.metric)
