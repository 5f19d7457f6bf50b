"""Tests of `harness.cli._text_table`, and of the width of what `score` and `solutions` print."""

from pathlib import Path

import pytest

from harness.cli._text_table import fits, table_lines
from tests.cli import run_command
from tests.factories.competitions import write_table


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the width that pytest sets for its workers."""
    monkeypatch.delenv("COLUMNS", raising=False)


ROWS = [
    ["#", "solution", "private", "interval"],
    ["1", "first_place(backbone='EfficientNetV2B0', dims=256)", "0.12345", "0.1 – 0.2"],
    ["12", "hash", "0.1", ""],
]


def test_without_a_terminal_a_table_has_a_line_for_each_row() -> None:
    assert fits(ROWS)
    assert list(table_lines(ROWS, names=1, optional=(3,))) == [
        " #  solution                                            private   interval",
        " 1  first_place(backbone='EfficientNetV2B0', dims=256)  0.12345  0.1 – 0.2",
        "12  hash                                                    0.1",
    ]


def test_in_a_narrow_terminal_names_are_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert not fits(ROWS)
    lines = list(table_lines(ROWS, names=1, optional=(3,)))
    assert lines[1] == " 1  first_place(backbone=                 0.12345  0.1 – 0.2"
    assert max(map(len, lines)) == 60


def test_in_a_narrower_terminal_optional_columns_are_left_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = list(table_lines(ROWS, names=1, optional=(3, 0)))
    assert lines[0] == " #  solution                     private"
    assert max(map(len, lines)) <= 40


def test_scores_put_their_intervals_below_them_in_a_narrow_terminal(
    competition_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = (competition_folder / "test.csv").read_text().splitlines()[1:]
    image = (competition_folder / "index.csv").read_text().splitlines()[1].partition(",")[0]
    write_table(tmp_path / "a.csv", "id,images", [(query.partition(",")[0], image) for query in queries])
    words = ("score", tmp_path / "a.csv", "--on", competition_folder)
    wide = run_command(*words).stdout
    monkeypatch.setenv("COLUMNS", "70")
    narrow = run_command(*words).stdout
    assert sorted(narrow.split()) == sorted(wide.split())
    assert max(map(len, narrow.splitlines())) <= 70 < max(map(len, wide.splitlines()))


@pytest.mark.parametrize("name", ["hash", "first_place"])
def test_the_description_of_a_solution_is_as_wide_as_the_terminal(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = run_command("solutions", name).stdout
    monkeypatch.setenv("COLUMNS", "80")
    narrow = run_command("solutions", name).stdout
    assert max(map(len, narrow.splitlines())) <= 80
    assert narrow.split() == wide.split()
