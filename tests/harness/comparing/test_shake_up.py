"""Entries of a store, drawn anew: which are taken, and that their own scores come back."""

from pathlib import Path

import numpy as np
import pytest

from harness.comparing.shake_up import simulate_shake_up
from harness.errors import DataError, HarnessError
from harness.scoring.stored_evaluation import to_arrays
from leaderboard import Entry, EntryStore
from metrics import Task, metrics_of
from tests.factories.entries import make_entry
from tests.factories.evaluations import random_evaluation


class Board:
    """A store to which entries are added; the later, the fewer queries they answer well."""

    def __init__(self, folder: Path, task: Task = "retrieval", file: str = "board.db") -> None:
        self.store, self.task, self.metric = EntryStore(folder / file), task, metrics_of(task)[0]

    def enter(
        self, name: str, factor: float = 1.0, *, keep: bool = True, ids: list[str] | None = None, stages: tuple = ()
    ) -> Entry:
        evaluation = random_evaluation(self.task)
        values = {each: array * factor for each, array in evaluation.per_query.items()}
        metric, public = self.metric, evaluation.usage == "Public"
        parts = {"public": public, "private": ~public, "all": np.ones(len(public), bool)}
        scores = {part: {metric.name: metric.score_of(values[metric.name][rows])} for part, rows in parts.items()}
        facts = {"competition": "c", "task": self.task, "metric": metric.name, "scores": scores, "stages": stages}
        entry = make_entry(name, minute=len(self.store.entries()), **facts)
        stored = to_arrays(evaluation) | values if keep else {}
        return self.store.add(entry, stored, ids or evaluation.query_ids.tolist())


def test_the_entries_of_a_board_are_drawn_anew_in_its_order(tmp_path: Path) -> None:
    board = Board(tmp_path)
    worse, better = board.enter("worse", 0.5), board.enter("better", 0.9)
    found = simulate_shake_up(board.store, "c", "retrieval", draws=20)
    assert found.simulation.names == ("better", "worse")
    own = np.array([[each.score(part) for each in (better, worse)] for part in ("public", "private")])
    np.testing.assert_allclose(found.simulation.scores, own, atol=1e-12)
    assert (found.n_queries, found.n_public, found.left_out) == (20, 13, [])


def test_gap_is_drawn_anew_from_what_is_kept_of_each_answer(tmp_path: Path) -> None:
    board = Board(tmp_path, "recognition")
    entries = [board.enter(name) for name in ("one", "other")]
    found = simulate_shake_up(board.store, "c", "recognition", draws=20)
    evaluation = random_evaluation("recognition")
    public = board.metric.score(evaluation.judgement.select(evaluation.usage == "Public"))
    assert found.simulation.scores[0] == pytest.approx([public, public])
    assert found.identities(["other", f"#{entries[0].id}"]) == ["other", "one"]


def test_entries_that_keep_too_little_are_left_out_and_told(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.enter("old", keep=False)
    board.enter("a")
    board.enter("b", 0.5)
    board.enter("else", ids=[f"other {i}" for i in range(20)])
    found = simulate_shake_up(board.store, "c", "retrieval", draws=5)
    assert set(found.simulation.names) == {"a", "b"}
    assert [line.partition(":")[0] for line in found.left_out] == ["old", "else"]


def test_only_the_best_are_looked_at_where_there_are_many(tmp_path: Path) -> None:
    board = Board(tmp_path)
    for factor in (0.2, 0.9, 0.5):
        board.enter(f"made(factor={factor})", factor)
    found = simulate_shake_up(board.store, "c", "retrieval", by="identity", top=2, draws=5)
    assert found.simulation.names == ("made(factor=0.9)", "made(factor=0.5)")
    with pytest.raises(HarnessError, match="'nobody' is not among"):
        found.identities(["nobody"])


def test_one_entry_alone_cannot_move(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.enter("alone")
    with pytest.raises(DataError, match="two entries"):
        simulate_shake_up(board.store, "c", "retrieval")


def test_floors_and_hidden_entries_are_not_there(tmp_path: Path) -> None:
    board = Board(tmp_path)
    hidden = [board.enter(name, 0.9) for name in ("a", "b", "first_images", "later")][-1]
    assert simulate_shake_up(board.store, "c", "retrieval", draws=5, hidden=[hidden.id or 0]).simulation.names == (
        "a",
        "b",
    )
