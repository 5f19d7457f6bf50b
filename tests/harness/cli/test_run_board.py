"""Tests of `harness.cli._run_board`."""

from pathlib import Path

import pytest

from harness.cli._run_board import print_run_board
from harness.running.outcome import Outcome
from harness.running.runner import Runner, RunResult
from harness.workspace import Workspace
from leaderboard import Entry
from tests.factories.entries import EntryFactory


@pytest.fixture
def factory(competition_folder: Path, workspace: Path) -> EntryFactory:
    return EntryFactory(competition_folder, Workspace.open(workspace))


def printed(factory: EntryFactory, entries: list[Entry], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what follows the runs of these entries."""
    runner = Runner(factory.competition, factory.workspace)
    results = [RunResult(entry, Outcome(entry.reason), executed=True) for entry in entries]
    print_run_board(runner, results, Path("demo"), None)
    return capsys.readouterr().out


def test_the_board_marks_the_rows_of_this_command(factory: EntryFactory, capsys: pytest.CaptureFixture[str]) -> None:
    factory.add_ranking("nearest", right=0.9)
    text = printed(factory, [factory.add_ranking("hash", right=0.5)], capsys)
    rows = [line.split()[:3] for line in text.splitlines()]
    assert ["1", "—", "nearest"] in rows
    assert ["*2", "—", "hash"] in rows
    assert "compare nearest hash --on demo" in text


def test_a_run_that_is_not_the_best_of_its_solution_has_a_row_too(
    factory: EntryFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    factory.add_ranking("hash", right=0.9)
    text = printed(factory, [factory.add_ranking("hash(kind='dct')", right=0.1)], capsys)
    assert "*2  —  hash(kind='dct')" in text
    assert " 1  —  hash " in text


def test_a_long_board_is_cut_and_says_where_the_rest_is(
    factory: EntryFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(12):
        factory.add_ranking(f"solution_{number}", right=1 - number / 20)
    text = printed(factory, [factory.add_ranking("hash", right=0.0)], capsys)
    assert "solution_9 " in text
    assert "solution_10" not in text
    assert "*13" in text
    assert "2 more rows: " in text
    assert "landmark leaderboard --task retrieval --on demo" in text


def test_a_failed_run_stands_on_the_board_and_its_log_is_named(
    factory: EntryFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = factory.add_failed("broken", "RuntimeError: no")
    text = printed(factory, [failed], capsys)
    assert "broken: failed: RuntimeError: no" in text
    assert f"tail -n 20 {failed.log}" in text
