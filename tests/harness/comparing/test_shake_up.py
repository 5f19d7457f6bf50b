"""Tests of `harness.comparing.shake_up`."""

from pathlib import Path

import numpy as np
import pytest

from harness.comparing.shake_up import simulate_shake_up
from harness.errors import DataError, HarnessError
from tests.factories.boards import ScoredBoard
from tests.factories.evaluations import random_evaluation


def test_entries_are_simulated_in_the_order_of_the_board(tmp_path: Path) -> None:
    board = ScoredBoard(tmp_path)
    worse, better = board.add_entry("worse", 0.5), board.add_entry("better", 0.9)
    result = simulate_shake_up(board.store, "c", "retrieval", draws=20)
    assert result.simulation.names == ("better", "worse")
    own = np.array([[each.score(part) for each in (better, worse)] for part in ("public", "private")])
    np.testing.assert_allclose(result.simulation.scores, own, atol=1e-12)
    assert (result.n_queries, result.n_public, result.left_out) == (20, 13, [])


def test_gap_is_simulated_from_the_stored_answers(tmp_path: Path) -> None:
    board = ScoredBoard(tmp_path, "recognition")
    entries = [board.add_entry(name) for name in ("one", "other")]
    result = simulate_shake_up(board.store, "c", "recognition", draws=20)
    evaluation = random_evaluation("recognition")
    public = board.metric.score(evaluation.judgement.select(evaluation.usage == "Public"))
    assert result.simulation.scores[0] == pytest.approx([public, public])
    assert result.identities(["other", f"#{entries[0].id}"], entries) == ["other", "one"]


def test_entries_without_the_needed_arrays_are_left_out_with_a_reason(tmp_path: Path) -> None:
    board = ScoredBoard(tmp_path)
    board.add_entry("old", complete=False)
    board.add_entry("a")
    board.add_entry("b", 0.5)
    board.add_entry("else", ids=[f"other {i}" for i in range(20)])
    result = simulate_shake_up(board.store, "c", "retrieval", draws=5)
    assert set(result.simulation.names) == {"a", "b"}
    assert [line.partition(":")[0] for line in result.left_out] == ["old", "else"]


def test_only_the_best_entries_are_simulated(tmp_path: Path) -> None:
    board = ScoredBoard(tmp_path)
    for factor in (0.2, 0.9, 0.5):
        board.add_entry(f"made(factor={factor})", factor)
    result = simulate_shake_up(board.store, "c", "retrieval", by="identity", top=2, draws=5)
    assert result.simulation.names == ("made(factor=0.9)", "made(factor=0.5)")
    with pytest.raises(HarnessError, match="'unknown' is not among"):
        result.identities(["unknown"], board.store.entries())


def test_a_single_entry_is_refused(tmp_path: Path) -> None:
    board = ScoredBoard(tmp_path)
    board.add_entry("alone")
    with pytest.raises(DataError, match="two entries"):
        simulate_shake_up(board.store, "c", "retrieval")


def test_baselines_and_hidden_entries_are_left_out(tmp_path: Path) -> None:
    board = ScoredBoard(tmp_path)
    hidden = [board.add_entry(name, 0.9) for name in ("a", "b", "first_images", "later")][-1]
    assert simulate_shake_up(board.store, "c", "retrieval", draws=5, hidden=[hidden.id or 0]).simulation.names == (
        "a",
        "b",
    )


def test_a_name_means_the_row_that_stands_for_its_entry(tmp_path: Path) -> None:
    board = ScoredBoard(tmp_path)
    for name, factor in (("a", 0.5), ("a(x=1)", 0.9), ("b", 0.7)):
        board.add_entry(name, factor)
    entries = board.store.entries()
    by_solution = simulate_shake_up(board.store, "c", "retrieval", draws=5)
    assert by_solution.identities(["a", "#1", "2", "a(x=1)"], entries) == ["a(x=1)"] * 4
    by_identity = simulate_shake_up(board.store, "c", "retrieval", by="identity", draws=5)
    assert by_identity.identities(["a", "#1", "2", "a(x=1)"], entries) == ["a", "a", "a(x=1)", "a(x=1)"]
