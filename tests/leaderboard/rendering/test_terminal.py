"""Tests of `leaderboard.rendering.terminal` and `leaderboard.rendering.columns`."""

import pytest
from rich.cells import cell_len

from leaderboard import board_rows
from leaderboard.rendering.columns import Marks
from leaderboard.rendering.terminal import terminal_table

NAMES = [
    "first_place(backbone='EfficientNetV2B0', dims=256, augmentation=10)",
    "nearest",
    "transfer_clustering(head='arcface')",
    "hash(kind='colour', rotations=4, flips=True)",
]


@pytest.fixture
def rows(make_entry):
    entries = [
        make_entry(name, public=0.9 - place / 10, private=0.7, all=0.8, id=place, intervals={"public": (0.1, 0.7)})
        for place, name in enumerate(NAMES, 1)
    ]
    failed = make_entry("broken(x=1)", reason="RuntimeError: out of memory in (network.py, line 300)", id=9)
    return board_rows([*entries, failed], higher_is_better=True)


def board_lines(rows, width, **options):
    return terminal_table(rows, "demo, retrieval: mAP@100 ↑", ["caption"], "↑", width, **options).plain.splitlines()


@pytest.mark.parametrize("width", [40, 41, 50, 60, 79, 80, 100, 120, 150, 200])
def test_a_board_fits_every_width_from_40_on(rows, width):
    assert max(map(cell_len, board_lines(rows, width))) <= width


def test_a_board_of_short_names_fits_every_width(make_entry):
    rows = board_rows([make_entry("hash", public=0.5, private=0.6, all=0.5)], higher_is_better=True)
    for width in range(40, 120):
        assert max(map(cell_len, board_lines(rows, width))) <= width


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_name_is_cut_within_a_word(rows, width):
    text = "\n".join(board_lines(rows, width))
    for word in (
        "'EfficientNetV2B0',",
        "augmentation=10)",
        "dims=256,",
        "transfer_clustering(",
        "'arcface')",
        "rotations=4,",
    ):
        assert word in text


def test_long_names_take_the_place_of_the_least_important_columns(rows):
    assert "wall s" not in board_lines(rows, 80)[1]
    assert "all ↑" not in board_lines(rows, 80)[1]
    headings = ["#", "Δ", "solution", "public ↑", "private ↑", "all ↑", "95 %", "wall s", "MB"]
    assert " ".join(board_lines(rows[1:2], 80)[1].split()) == " ".join(headings)
    assert " ".join(board_lines(rows[1:2], 81)[1].split()) == " ".join([*headings, "private #"])
    assert " ".join(board_lines(rows, 40)[1].split()) == "# solution public ↑"


def test_wide_windows_have_numbers_and_no_sentences(rows):
    assert "3.0  300" in board_lines(rows, 160)[3]
    assert " CPU" not in board_lines(rows, 160)[3]


def test_marked_rows_have_a_star(rows):
    lines = board_lines(rows, 80, marks=Marks(["nearest", "broken(x=1)"]))
    assert [line[:2] for line in lines if line.startswith("*")] == ["*2", "* "]
    assert any(line.startswith(" *") and line.endswith("broken(x=1)") for line in lines)
    assert lines[lines.index("") + 1] == "* of this command"
    assert not [line for line in board_lines(rows, 80) if line.startswith("*")]


def test_reasons_stand_under_the_table_at_its_whole_width(rows):
    lines = board_lines(rows, 80)
    place = lines.index("")
    assert "RuntimeError" not in "".join(lines[:place])
    assert "broken(x=1): failed: RuntimeError: out of memory in (network.py, line 300)" in lines[place:]


def test_failures_are_red_and_rows_without_rank_dim(rows):
    text = terminal_table(rows, "title", [], "↑", 80)
    assert {
        span.style for span in text.spans if text.plain[span.start : span.end].strip().startswith("broken(x=1)")
    } >= {"red"}


def test_ties_with_the_best_have_a_sign_that_is_explained(rows):
    lines = board_lines(rows, 80, marks=Marks(tied=["nearest"]))
    assert [line.split()[:2] for line in lines if line[3:4] == "="] == [["#", "="], ["2", "="]]
    assert any(line.startswith("=: not significantly different from the best") for line in lines)
    assert not any("=:" in line for line in board_lines(rows, 80))
