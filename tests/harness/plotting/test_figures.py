"""Tests of the figures: the plotted values are read back from the axes.

Subjects: `harness.plotting.board`, `harness.plotting.curves`, `harness.plotting.pareto`, `harness.plotting.probing`,
`harness.plotting.selection`, `harness.plotting.style` and `harness.plotting.figure`.
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from harness.errors import DataError, HarnessError
from harness.plotting import board, curves, pareto, probing
from harness.plotting.selection import PlottedEntries, select_entries
from leaderboard import Stage
from metrics.curves import LEVELS, precision_at_recall, precision_by_confidence
from tests.factories.boards import ScoredBoard
from tests.factories.evaluations import random_evaluation

pytest.importorskip("matplotlib", reason="figures need matplotlib")

COMPETITION = SimpleNamespace(key="c", name="small", folder="folder")


def select(scored_board: ScoredBoard, *names: str, most: int = 9) -> PlottedEntries:
    return select_entries(COMPETITION, scored_board.store, scored_board.task, names, most)  # type: ignore[arg-type]


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list:
    """Return the list to which figures are appended instead of being saved."""
    saved: list = []
    for module in (board, curves, pareto, probing):
        monkeypatch.setattr(module, "save_figure", lambda figure, *_: saved.append(figure))
    return saved


def test_entries_are_the_named_ones_or_those_of_the_board(tmp_path: Path) -> None:
    scored_board = ScoredBoard(tmp_path)
    for name, factor in (("a", 0.5), ("a(x=1)", 0.9), ("b", 0.7)):
        scored_board.add_entry(name, factor)
    assert [entry.identity for entry in select(scored_board).entries] == ["a(x=1)", "b"]
    assert [entry.identity for entry in select(scored_board, most=1).entries] == ["a(x=1)"]
    assert [entry.identity for entry in select(scored_board, "#3", "a", "b").entries] == ["b", "a"]
    with pytest.raises(HarnessError, match="'z' has no score"):
        select(scored_board, "z")


def test_a_competition_without_entries_has_no_figure(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no entries"):
        select(ScoredBoard(tmp_path))


def test_a_board_has_a_mark_for_each_score(tmp_path: Path, figures: list) -> None:
    scored_board = ScoredBoard(tmp_path)
    entries = [scored_board.add_entry("a", 0.9), scored_board.add_entry("b", 0.5)]
    board.draw_board(select(scored_board), tmp_path / "x.png")
    (panel,) = figures[0].axes
    marks = {line.get_label(): list(line.get_xdata()) for line in panel.lines}
    assert marks == {part: [entry.score(part) for entry in entries] for part in ("public", "private")}
    assert [text.get_text() for text in panel.get_yticklabels()] == ["a", "b"]


def test_rankings_are_drawn_as_interpolated_precision(
    tmp_path: Path, figures: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored_board = ScoredBoard(tmp_path)
    entry = scored_board.add_entry("a")
    judgement = random_evaluation("retrieval").judgement
    monkeypatch.setattr(PlottedEntries, "ranking_judgements", lambda _self, _part: {"a": judgement})
    curves.draw_precision_recall(select(scored_board), tmp_path / "x.png", "all")
    (line,) = figures[0].axes[0].lines
    np.testing.assert_array_equal(line.get_xdata(), LEVELS)
    np.testing.assert_array_equal(line.get_ydata(), precision_at_recall(judgement))  # type: ignore[arg-type]
    assert line.get_label() == f"a: {entry.score('all'):.3f}"


def test_labels_are_drawn_by_confidence(tmp_path: Path, figures: list) -> None:
    scored_board = ScoredBoard(tmp_path, "recognition")
    scored_board.add_entry("a$b$")
    curves.draw_gap(select(scored_board), tmp_path / "x.png", "public")
    evaluation = random_evaluation("recognition")
    _, precision, recall = precision_by_confidence(evaluation.judgement.select(evaluation.usage == "Public"))  # type: ignore[arg-type]
    by_rank, by_recall = (panel.lines[0] for panel in figures[0].axes)
    np.testing.assert_array_equal(by_rank.get_ydata(), precision)
    np.testing.assert_array_equal(by_recall.get_xdata(), recall)


def test_entries_without_a_measured_time_are_left_out_of_score_against_cost(tmp_path: Path, figures: list) -> None:
    scored_board = ScoredBoard(tmp_path)
    scored_board.add_entry("unmeasured", 0.9)
    fast, slow = (
        scored_board.add_entry(name, score, stages=(Stage("rank", s, s, 1.0),))
        for name, score, s in (("a", 0.5, 1.0), ("b", 0.4, 2.0))
    )
    pareto.draw_pareto(select(scored_board), tmp_path / "x.png", "all")
    _, others, best = figures[0].axes[0].lines
    assert (list(best.get_xdata()), list(best.get_ydata())) == ([1.0], [fast.score("all")])
    assert (list(others.get_xdata()), list(others.get_ydata())) == ([2.0], [slow.score("all")])
    assert {text.get_text() for text in figures[0].axes[0].texts} == {"a", "b"}


def test_an_attack_needs_two_entries_and_is_drawn_for_both_boards(tmp_path: Path, figures: list) -> None:
    scored_board = ScoredBoard(tmp_path)
    scored_board.add_entry("a", 0.9)
    with pytest.raises(HarnessError, match="two entries"):
        probing.simulate_probing(select(scored_board))
    scored_board.add_entry("b", 0.8)
    probed, attackers = probing.simulate_probing(select(scored_board))
    assert attackers == probing.ATTACKERS
    probing.draw_probing(probed, tmp_path / "x.png", title="t", metric="map@100")
    assert [list(line.get_ydata()) for line in figures[0].axes[0].lines] == [
        list(values) for each in probed.values() for values in (each.public_scores, each.private_scores)
    ]
