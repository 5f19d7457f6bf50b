"""Tests of `leaderboard.rendering.documents`, `leaderboard.rendering.export_columns`, `leaderboard.rendering.notes`."""

import re

import pytest

from leaderboard import board_rows, fold_rows, render
from leaderboard.rendering.notes import row_notes

HEADING = {"title": "demo, retrieval", "metric": "map@100", "higher_is_better": True}
SHARES = {"public": 0.3, "private": 0.7}


@pytest.fixture
def rows(make_entry):
    entries = [
        make_entry("hash(kind='dct')", public=0.25, private=0.5, all=0.4, id=1, intervals={"public": (0.1, 0.3)}),
        make_entry("first_place(dims=256)", public=0.75, private=0.625, all=0.7, id=2),
    ]
    return board_rows([*entries, make_entry("broken", reason="no", id=3, coverage=None)], higher_is_better=True)


def test_markdown_is_short_enough_to_paste(rows):
    text = render(rows, "markdown", **HEADING, shares=SHARES)
    assert text.splitlines()[:7] == [
        "**demo, retrieval: mAP@100 ↑**",
        "",
        "| # | solution | public | private | 95 % |",
        "| ---: | --- | ---: | ---: | ---: |",
        "| 1 | first\\_place(dims=256) | 0.75000 | 0.62500 |  |",
        "| 2 | hash(kind='dct') | 0.25000 | 0.50000 | 0.100–0.300 |",
        "|  | broken |  |  |  |",
    ]
    assert "broken: failed: no" in text


def test_latex_is_one_table_of_booktabs(rows):
    lines = render(rows, "latex", **HEADING, shares=SHARES).splitlines()
    assert lines[0] == r"% needs \usepackage{booktabs}"
    assert r"  \begin{tabular}{rlrrr}" in lines
    assert r"    \# & solution & public & private & 95 \% \\" in lines
    assert r"    2 & hash(kind=\textquotesingle{}dct\textquotesingle{}) & 0.25000 & 0.50000 & 0.100--0.300 \\" in lines
    assert lines[3].startswith(r"  \caption{demo, retrieval: mAP@100 $\uparrow$. ")
    assert [line.count("&") for line in lines if line.endswith(r"\\")] == [4] * 4


def test_scores_of_all_queries_stand_where_there_are_no_parts(make_entry):
    rows = board_rows([make_entry("hash", all=0.25)], higher_is_better=True)
    assert "| # | solution | all |" in render(rows, "markdown", **HEADING)


def test_folds_have_mean_and_deviation(make_entry):
    entries = [make_entry("a", split=f"fold {fold}/3", all=fold / 10, id=fold) for fold in (1, 2)]
    assert "| 0.15000 ± 0.07071 | 2/3 |" in render(fold_rows(entries, higher_is_better=True), "markdown", **HEADING)
    assert r"0.15000 $\pm$ 0.07071 & 2/3 \\" in render(fold_rows(entries, higher_is_better=True), "latex", **HEADING)


@pytest.mark.parametrize("format", ["markdown", "latex"])
def test_an_empty_board_has_a_head(format):
    assert "solution" in render([], format, **HEADING)


@pytest.mark.parametrize("every", [False, True])
def test_no_name_breaks_out_of_latex(make_entry, hostile_names, every):
    names = [*hostile_names, r"\input{/etc/passwd}", "a & b \\\\ c", "50 % # $x^2$ ~ {", "[x]", "a--b"]
    rows = board_rows([make_entry(name, public=0.5) for name in names], higher_is_better=True)
    text = render(rows, "latex", **{**HEADING, "title": r"\x & %"}, every_column=every)
    body = text.partition(r"\midrule")[2].partition(r"\bottomrule")[0].strip().splitlines()
    assert len(body) == len(rows)
    for line in body:
        plain = re.sub(r"\\[a-z]+\{\}|\\[{}$&#_%]|\$\\[a-zA-Z]+\$|\{[\[\]-]\}", "", line.strip().removesuffix(r" \\"))
        assert not set(plain) & set("\\{}$#_%^~<>|'`\"[]")
        assert plain.count("&") == text.partition("tabular}{")[2].index("}") - 1


def test_medals_are_columns_of_every_format(rows):
    assert "| medal | top % |" in render(rows, "markdown", **HEADING, medals=True)
    assert "gold & 50 \\\\" in render(rows, "latex", **HEADING, medals=True)
    assert '"medal": "gold",\n    "top_percent": 50' in render(rows, "json", **HEADING, medals=True)
    csv = render(rows, "csv", **HEADING, medals=True).splitlines()
    assert csv[0].endswith(",medal,top_percent")
    assert csv[1].endswith(",gold,50")
    assert csv[3].endswith(",,")
    assert "medal" not in render(rows, "csv", **HEADING)
    table = render(rows, "table", **HEADING, medals=True, width=80).plain
    assert table.splitlines()[1].split()[:3] == ["#", "medal", "top"]
    assert "medal: as Kaggle gives them to 2 teams, here the ranked solutions" in table


def test_a_note_names_few_of_many_rows(make_entry):
    rows = board_rows(
        [make_entry(f"s{place}", reason="no", coverage=None) for place in range(9)], higher_is_better=True
    )
    assert row_notes(rows) == ["s0, s1, s2, s3, s4, 4 more: failed: no"]


def test_rows_without_a_score_say_that_ground_truth_is_missing(make_entry):
    rows = board_rows([make_entry("a", status="unscored", scores={}, coverage=None)], higher_is_better=True)
    assert row_notes(rows) == ["a: not scored: no ground truth"]
