"""Tests of `leaderboard.rendering.tables`, `leaderboard.rendering.terminal` and `leaderboard.rendering.format_cells`.

Hostile names also test `leaderboard.safe_text`.
"""

import csv
import json
import re
from dataclasses import fields
from io import StringIO

import pytest
from rich.console import Console

from leaderboard import BoardRow, FoldRow, board_rows, fold_rows, render

HEADING = {"title": "synthetic, retrieval", "metric": "map@100", "higher_is_better": True}


@pytest.fixture
def rows(make_entry):
    return board_rows(
        [
            make_entry("up", public=0.1 + 0.2, private=0.9, id=1),
            make_entry("down", public=0.6, private=-0.25, all=0.5, id=2, intervals={"public": (0.1234567, 0.7)}),
            make_entry("failed(x=1)", reason="out of memory", id=3, coverage=None, stages=()),
        ],
        higher_is_better=True,
    )


@pytest.fixture
def folds(make_entry):
    entries = [make_entry("a", split=f"fold {fold}/3", all=fold / 10, id=fold) for fold in (1, 2)]
    return fold_rows(entries, higher_is_better=True)


def render_text(rows, width=200, **heading):
    console = Console(file=StringIO(), width=width, color_system="truecolor", force_terminal=True)
    console.print(render(rows, "table", **{**HEADING, **heading}, width=width))
    return console.file.getvalue()


def read_csv(text):
    return list(csv.DictReader(StringIO(text)))


def read_markdown(text):
    return [line for line in text.splitlines() if line.startswith("|")]


def test_json_is_plain_dicts_of_every_field_with_every_digit(rows):
    read = json.loads(render(rows, "json", **HEADING))
    assert [list(row) for row in read] == [[field.name for field in fields(BoardRow)]] * 3
    assert [row["score_public"] for row in read] == [0.6, 0.1 + 0.2, None]
    assert read[0]["coverage"] == {"queries": 4, "answered": 2, "empty": 1, "failed": 1}
    assert read[0]["last"] == "2026-03-01T12:00:00+00:00"
    assert read[0]["metric"] == "map@100"


def test_csv_has_every_field_with_every_digit_and_none_left_empty(rows):
    down, up, failed = read_csv(render(rows, "csv", **HEADING))
    plain = {field.name for field in fields(BoardRow)} - {"coverage"}
    assert set(up) == plain | {f"coverage_{name}" for name in ("queries", "answered", "empty", "failed")}
    assert (up["score_public"], up["move"], up["coverage_empty"]) == ("0.30000000000000004", "1", "1")
    assert (down["score_private"], down["move"]) == ("-0.25", "-1")
    assert (failed["rank"], failed["wall_s"], failed["coverage_queries"], failed["reason"]) == (
        "",
        "",
        "",
        "out of memory",
    )


@pytest.mark.parametrize(
    ("format", "low"), [("csv", "0.1234567"), ("json", '"low": 0.1234567'), ("markdown", "0.12346")]
)
def test_the_bounds_of_the_score_are_columns(rows, format, low):
    assert low in render(rows, format, **HEADING, every_column=True)


def test_the_terminal_shows_the_interval_and_says_what_it_is(rows, make_entry):
    assert "0.123–0.700" in render_text(rows, 80)
    assert "95 %: interval of the score that ranks" in " ".join(render_text(rows, 80).split())
    without = board_rows([make_entry("a", public=0.5)], higher_is_better=True)
    assert "interval" not in render_text(without)


def test_markdown_can_have_every_column_rounded_with_arrows(rows):
    lines = read_markdown(render(rows, "markdown", **HEADING, every_column=True))
    assert [line.count("|") for line in lines] == [len(fields(BoardRow))] * 5  # all but the metric, which is a heading
    assert "public mAP@100 ↑" in lines[0]
    assert "| 2 | 1 | ▲1 | up | up | 0.30000 | 0.90000 |" in lines[3]
    assert "▼1" in lines[2]
    assert "2/4, 1 empty, 1 failed" in lines[2]


def test_a_wide_terminal_shows_every_value(rows):
    text = " ".join(render_text(rows, 200).split())
    for value in (
        "down",
        "0.60000",
        "-0.25000",
        "0.50000",
        "▲1",
        "▼1",
        "2 of 4 queries answered, 1 empty, 1 failed",
        "12.0",
        "300",
        "12:00",
        "failed(x=1)",
    ):
        assert value in text
    for heading in ("public ↑", "private ↑", "private #", "all ↑", "entries", "CPU s", "MB", "mAP@100 ↑"):
        assert heading in text


def test_a_gpu_is_beside_the_cost_and_in_json(make_entry):
    entries = [make_entry("a", public=0.5, versions={"device": "cuda:0 (NVIDIA H200)"}), make_entry("b", public=0.2)]
    rows = board_rows(entries, higher_is_better=True)
    assert [row["device"] for row in json.loads(render(rows, "json", **HEADING))] == ["cuda:0 (NVIDIA H200)", "cpu"]
    text = " ".join(render_text(rows, 250).split())
    assert "300 12.0 1 2026-03-01 12:00Z cuda:0 (NVIDIA H200)" in text
    assert text.count("cuda") == 1


def test_a_narrow_terminal_shows_the_deciding_columns_in_whole_lines(rows):
    lines = render_text(rows, 80).splitlines()
    assert any("down" in line and "0.60000" in line and "-0.25000" in line and "▼1" in line for line in lines)
    assert any("2 of 4 queries answered, 1" in line for line in lines)
    assert "entries" not in "".join(lines)


def test_the_narrowest_terminal_keeps_rank_name_and_scores(rows):
    lines = render_text(rows, 44).splitlines()
    assert any(line.split()[:1] == ["1"] and "down" in line and "0.60000" in line for line in lines)
    assert "95 %" not in "".join(lines[:3])


def test_the_arrow_points_to_the_better(rows):
    assert "mAP@100 ↓" in render(rows, "markdown", **{**HEADING, "higher_is_better": False})
    assert "mAP@100 ↓" in render_text(rows, higher_is_better=False)


@pytest.mark.parametrize("format", ["table", "markdown"])
def test_the_caption_gives_the_shares_as_kaggle_does(rows, format):
    heading = {"shares": {"public": 1 / 3, "private": 2 / 3}}
    text = render_text(rows, **heading) if format == "table" else render(rows, format, **HEADING, **heading)
    assert "public: approximately 33.3 % of the queries; private: approximately 66.7 % of the queries" in text
    assert "approximately" not in render(rows, "markdown", **HEADING)


@pytest.mark.parametrize("format", ["csv", "json", "markdown"])
def test_folds_have_all_their_columns_too(folds, format):
    text = render(folds, format, **HEADING, every_column=True)
    missing = {field.name for field in fields(FoldRow) if field.name.replace("_", " ") not in text.replace("_", " ")}
    assert missing <= ({"rank", "wall_s", "cpu_s", "peak_mb", "metric"} if format == "markdown" else set())
    assert ("0.15000" if format == "markdown" else "0.15000000000000002") in text


def test_the_terminal_flags_incomplete_folds(folds):
    assert "2/3, incomplete" in render_text(folds)


@pytest.mark.parametrize("format", ["csv", "json", "markdown", "table"])
def test_an_empty_leaderboard_has_its_headings(format):
    assert render([], format, **HEADING) if format != "table" else "public" in render_text([])


def test_no_name_breaks_out_of_the_terminal(make_entry, hostile_names):
    for name in hostile_names:
        rows = board_rows([make_entry(name, public=0.5), make_entry("b", reason=name)], higher_is_better=True)
        text = re.sub(
            r"\x1b\[(0|1|2|31)m", "", render_text(rows, title=name, metric=name)
        )  # bold, dim and red are ours
        assert all(c.isprintable() or c == "\n" for c in text)


def test_rich_markup_in_a_name_is_shown_as_it_is(make_entry):
    assert "[bold]x[/bold]" in render_text(
        board_rows([make_entry("[bold]x[/bold]", public=0.5)], higher_is_better=True)
    )


@pytest.mark.parametrize("every", [False, True])
def test_no_name_breaks_out_of_markdown(make_entry, hostile_names, every):
    rows = board_rows([make_entry(name, public=0.5) for name in hostile_names], higher_is_better=True)
    text = render(rows, "markdown", **{**HEADING, "title": "|<b>\n# x", "metric": "a|b"}, every_column=every)
    lines = read_markdown(text)
    assert len(lines) == 2 + len(rows) == len(text.splitlines()) - 4  # title, note, and empty lines
    assert len({len(line.replace("\\\\", "").replace(r"\|", "").split("|")) for line in lines}) == 1
    assert "<" not in text.replace(r"\<", "")
    assert max(map(len, lines)) < 1000


def test_csv_has_no_columns_for_intervals_that_no_row_has(make_entry):
    entries = [make_entry("a", public=0.5, private=0.5, id=1), make_entry("failed", reason="no", id=2)]
    (a, failed) = read_csv(render(board_rows(entries, higher_is_better=True), "csv", **HEADING))
    assert not {"low", "high"} & {*a, *failed}
    assert (a["score_public"], failed["reason"]) == ("0.5", "no")
    assert {"low", "high"} <= set(render([], "csv", **HEADING).strip().split(","))


def test_no_name_breaks_out_of_csv_or_becomes_a_formula(make_entry, hostile_names):
    rows = board_rows([make_entry(name, public=-0.5) for name in hostile_names], higher_is_better=True)
    text = render(rows, "csv", **HEADING)
    read = read_csv(text)
    assert len(read) == len(rows) == len(text.splitlines()) - 1
    assert all(c.isprintable() or c == "\n" for c in text)
    assert not [row["identity"] for row in read if row["identity"].startswith(("=", "+", "-", "@"))]
    assert {row["score_public"] for row in read} == {"-0.5"}


def test_json_keeps_every_name_and_is_ascii(make_entry, hostile_names):
    rows = board_rows(
        [make_entry(name, public=0.5) for name in hostile_names], higher_is_better=True, best_of="identity"
    )
    text = render(rows, "json", **HEADING)
    assert text.isascii()
    assert {row["identity"] for row in json.loads(text)} == set(hostile_names)
