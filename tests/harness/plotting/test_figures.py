"""Tests of the figures: the plotted values are read back from the axes.

Subjects: `harness.plotting.board`, `harness.plotting.point_labels`, `harness.plotting.curves`, `harness.plotting.pareto`, `harness.plotting.probing`,
`harness.plotting.selection`, `harness.plotting.style` and `harness.plotting.figure`.
"""

from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from harness.errors import DataError, HarnessError
from harness.plotting import board, curves, pareto, probing
from harness.plotting.selection import PlottedEntries, select_entries
from harness.plotting.style import Inches
from leaderboard import Stage
from metrics.curves import LEVELS, precision_at_recall, precision_by_confidence
from tests.factories.boards import ScoredBoard
from tests.factories.evaluations import random_evaluation

pytest.importorskip("matplotlib", reason="figures need matplotlib")

COMPETITION = SimpleNamespace(key="c", name="small", folder="folder")


def select(scored_board: ScoredBoard, *names: str, most: int = 9) -> PlottedEntries:
    return select_entries(COMPETITION, scored_board.store, scored_board.task, names, most)


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
    np.testing.assert_array_equal(line.get_ydata(), precision_at_recall(judgement))
    assert line.get_label() == f"a: {entry.score('all'):.3f}"


def test_labels_are_drawn_by_confidence(tmp_path: Path, figures: list) -> None:
    scored_board = ScoredBoard(tmp_path, "recognition")
    scored_board.add_entry("a$b$")
    curves.draw_gap(select(scored_board), tmp_path / "x.png", "public")
    evaluation = random_evaluation("recognition")
    _, precision, recall = precision_by_confidence(evaluation.judgement.select(evaluation.usage == "Public"))
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
    _, best, others = figures[0].axes[0].lines
    assert (list(best.get_xdata()), list(best.get_ydata())) == ([1.0], [fast.score("all")])
    assert (list(others.get_xdata()), list(others.get_ydata())) == ([2.0], [slow.score("all")])
    assert {text.get_text() for text in figures[0].axes[0].texts} == {"a", "b"}


LONG = ["first_place(backbone='EfficientNetV2B0', dims=256)", "nearest(backbone='timm:vit_small')", "hash", "dft"]


@pytest.mark.parametrize("size", [None, (3.5, 2.6)])
def test_the_legend_covers_no_curve(
    tmp_path: Path, figures: list, monkeypatch: pytest.MonkeyPatch, size: Inches | None
) -> None:
    scored_board = ScoredBoard(tmp_path)
    for place, name in enumerate(LONG):
        scored_board.add_entry(name, 0.9 - place / 10)
    judgements = dict.fromkeys(LONG, random_evaluation("retrieval").judgement)
    monkeypatch.setattr(PlottedEntries, "ranking_judgements", lambda _self, _part: judgements)
    curves.draw_precision_recall(select(scored_board, *LONG), tmp_path / "x.png", "all", size)
    (figure,) = figures
    figure.draw_without_rendering()
    (legend,), (panel,) = figure.legends, figure.axes
    assert len(legend.get_texts()) == 4
    assert not legend.get_window_extent().overlaps(panel.get_window_extent())
    assert panel.get_window_extent().height > 0.2 * figure.bbox.height


def test_labels_of_the_front_cover_neither_it_nor_each_other_nor_the_axis(tmp_path: Path, figures: list) -> None:
    scored_board = ScoredBoard(tmp_path)
    for place, name in enumerate(LONG):
        seconds = 2.0 ** (5 - place)
        scored_board.add_entry(name, 0.9 - place / 10, stages=(Stage("rank", seconds, seconds, 1.0),))
    pareto.draw_pareto(select(scored_board), tmp_path / "x.png", "all")
    (figure,) = figures
    figure.draw_without_rendering()
    (panel,) = figure.axes
    boxes = [text.get_window_extent() for text in panel.texts]
    front = panel.lines[0].get_path().transformed(panel.lines[0].get_transform())
    assert len(boxes) == 4
    assert not any(front.intersects_bbox(box, filled=False) for box in boxes)
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert min(box.x0 for box in boxes) >= panel.bbox.x0


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


def test_a_strong_entry_is_left_out_of_the_axis_of_a_board_and_its_score_is_written(
    tmp_path: Path, figures: list
) -> None:
    scored_board = ScoredBoard(tmp_path)
    for name, factor in (("strong", 1.0), ("a", 0.05), ("b", 0.04), ("c", 0.03)):
        scored_board.add_entry(name, factor)
    board.draw_board(select(scored_board), tmp_path / "x.png")
    (panel,) = figures[0].axes
    scores = [entry.score("public") for entry in select(scored_board).entries]
    assert panel.get_xlim()[1] < scores[0]
    assert [text.get_text().startswith(f"{scores[0]:.3f}") for text in panel.texts] == [True]


@pytest.mark.parametrize("size", [(3.5, 2.6), (6.5, 3.9)])
def test_names_of_a_crowd_leave_the_axes_to_the_ticks(tmp_path: Path, figures: list, size: tuple[float, float]) -> None:
    scored_board = ScoredBoard(tmp_path)
    for number in range(12):
        stages = (Stage("rank", 1.0 + 7 * number % 13, 1.0, 1.0),)
        scored_board.add_entry(f"a_long_name_{number}(k={number})", 1 - 0.06 * number, stages=stages)
    pareto.draw_pareto(select(scored_board), tmp_path / "x.png", "all", size)
    (panel,) = figures[0].axes
    renderer = figures[0].canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in panel.texts]
    assert len(boxes) >= 4
    for place, box in enumerate(boxes):
        assert panel.bbox.x0 <= box.x0 < box.x1 <= panel.bbox.x1
        assert panel.bbox.y0 <= box.y0 < box.y1 <= panel.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[:place])
