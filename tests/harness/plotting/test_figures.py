"""Figures draw what is known, and nothing else: the values are read back from what was drawn."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from harness.errors import DataError, HarnessError
from harness.plotting import board, curves, pareto, probing
from harness.plotting.selection import PlottedEntries, select_entries
from leaderboard import Stage
from metrics.curves import LEVELS, precision_at_recall, precision_by_confidence
from tests.factories.evaluations import random_evaluation
from tests.harness.comparing.test_shake_up import Board

pytest.importorskip("matplotlib", reason="figures need matplotlib")

COMPETITION = SimpleNamespace(key="c", name="small", folder="folder")


def of(made: Board, *names: str, most: int = 9) -> PlottedEntries:
    return select_entries(COMPETITION, made.store, made.task, names, most)  # type: ignore[arg-type]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list:
    """The figures that would have been written."""
    figures: list = []
    for module in (board, curves, pareto, probing):
        monkeypatch.setattr(module, "save_figure", lambda figure, *_: figures.append(figure))
    return figures


def test_entries_are_those_of_the_board_or_those_named(tmp_path: Path) -> None:
    made = Board(tmp_path)
    for name, factor in (("a", 0.5), ("a(x=1)", 0.9), ("b", 0.7)):
        made.enter(name, factor)
    assert [entry.identity for entry in of(made).entries] == ["a(x=1)", "b"]
    assert [entry.identity for entry in of(made, most=1).entries] == ["a(x=1)"]
    assert [entry.identity for entry in of(made, "#3", "a", "b").entries] == ["b", "a"]
    with pytest.raises(HarnessError, match="'z' has no score"):
        of(made, "z")


def test_a_competition_without_entries_has_no_figure(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no entries"):
        of(Board(tmp_path))


def test_a_board_has_a_mark_for_each_score(tmp_path: Path, drawn: list) -> None:
    made = Board(tmp_path)
    entries = [made.enter("a", 0.9), made.enter("b", 0.5)]
    board.draw_board(of(made), tmp_path / "x.png")
    (panel,) = drawn[0].axes
    marks = {line.get_label(): list(line.get_xdata()) for line in panel.lines}
    assert marks == {part: [entry.score(part) for entry in entries] for part in ("public", "private")}
    assert [text.get_text() for text in panel.get_yticklabels()] == ["a", "b"]


def test_lists_are_drawn_as_their_interpolated_curve(
    tmp_path: Path, drawn: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Board(tmp_path)
    entry = made.enter("a")
    judgement = random_evaluation("retrieval").judgement
    monkeypatch.setattr(PlottedEntries, "lists", lambda _self, _part: {"a": judgement})
    curves.draw_precision_recall(of(made), tmp_path / "x.png", "all")
    (line,) = drawn[0].axes[0].lines
    np.testing.assert_array_equal(line.get_xdata(), LEVELS)
    np.testing.assert_array_equal(line.get_ydata(), precision_at_recall(judgement))  # type: ignore[arg-type]
    assert line.get_label() == f"a: {entry.score('all'):.3f}"


def test_labels_are_drawn_along_their_confidence(tmp_path: Path, drawn: list) -> None:
    made = Board(tmp_path, "recognition")
    made.enter("a$b$")
    curves.draw_gap(of(made), tmp_path / "x.png", "public")
    evaluation = random_evaluation("recognition")
    precision, recall = precision_by_confidence(evaluation.judgement.select(evaluation.usage == "Public"))  # type: ignore[arg-type]
    by_rank, by_recall = (panel.lines[0] for panel in drawn[0].axes)
    np.testing.assert_array_equal(by_rank.get_ydata(), precision)
    np.testing.assert_array_equal(by_recall.get_xdata(), recall)


def test_only_what_was_measured_has_a_place_against_cost(tmp_path: Path, drawn: list) -> None:
    made = Board(tmp_path)
    made.enter("unmeasured", 0.9)
    fast, slow = (
        made.enter(name, score, stages=(Stage("rank", s, s, 1.0),))
        for name, score, s in (("a", 0.5, 1.0), ("b", 0.4, 2.0))
    )
    pareto.draw_pareto(of(made), tmp_path / "x.png", "all")
    _, others, best = drawn[0].axes[0].lines
    assert (list(best.get_xdata()), list(best.get_ydata())) == ([1.0], [fast.score("all")])
    assert (list(others.get_xdata()), list(others.get_ydata())) == ([2.0], [slow.score("all")])
    assert {text.get_text() for text in drawn[0].axes[0].texts} == {"a", "b"}


def test_an_attack_needs_two_entries_and_is_drawn_for_both_boards(tmp_path: Path, drawn: list) -> None:
    made = Board(tmp_path)
    made.enter("a", 0.9)
    with pytest.raises(HarnessError, match="two entries"):
        probing.simulate_probing(of(made))
    made.enter("b", 0.8)
    probed, attackers = probing.simulate_probing(of(made))
    assert attackers == probing.ATTACKERS
    probing.draw_probing(probed, tmp_path / "x.png", title="t", metric="map@100")
    assert [list(line.get_ydata()) for line in drawn[0].axes[0].lines] == [
        list(values) for each in probed.values() for values in (each.public_scores, each.private_scores)
    ]
