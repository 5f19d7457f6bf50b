"""`landmark compare` as people and programs see it."""

import json
import re
from pathlib import Path

import pytest

from harness.workspace import Workspace
from leaderboard import EntryStore
from tests.factories.competitions import make_competition
from tests.harness.cli.test_commands import landmark, process

RANKED = re.compile(r"^ (\d)([= ])  (\S+)", re.MULTILINE)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a competition on which solutions have run, with its workspace beside it."""
    folder = make_competition(tmp_path_factory.mktemp("shared") / "competition")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDMARK_WORKSPACE", str(folder.parent / "workspace"))
        assert landmark("run", "first_images", "hash", "mean_hash", "most_frequent", "--on", folder).exit_code == 0
    return folder


@pytest.fixture
def ran(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, with the workspace as that of every command."""
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(shared.parent / "workspace"))
    return shared


def test_solutions_that_were_run_are_ranked_with_what_is_known_of_each_pair(ran: Path) -> None:
    shown = landmark("compare", "hash", "first_images", "mean_hash", "--on", ran)
    assert shown.exit_code == 0
    ranked = RANKED.findall(shown.output)
    assert [rank for rank, _, _ in ranked] == ["1", "2", "3"]
    assert {name for _, _, name in ranked} == {"hash", "first_images", "mean_hash"}
    assert shown.output.count(" − ") == 3
    assert len(re.findall(r"p \S+, corrected \S+; effect", shown.output)) == 3
    assert "2000 exchanges a pair" in shown.output
    assert not re.search(r"(p|corrected) 0(\.0*)?[,;]", shown.output)


def test_json_is_one_document_with_every_digit(ran: Path) -> None:
    read = json.loads(landmark("compare", "hash", "first_images", "--on", ran, "--json").stdout)
    board = json.loads(landmark("leaderboard", "--on", ran, "--json").stdout)["leaderboards"]["retrieval"]
    scores = {row["solution"]: pytest.approx(row["score_all"]) for row in board}
    assert read["scores"] == {name: scores[name] for name in ("hash", "first_images")}
    (pair,) = read["pairs"]
    assert pair["difference"] == pytest.approx(read["scores"][pair["better"]] - read["scores"][pair["worse"]])
    assert pair["wins"] + pair["ties"] + pair["losses"] == read["queries"]
    assert {"id", "better", "worse"} == set(pair["queries"][0])
    assert (read["task"], read["part"], read["folds"], read["higher_is_better"]) == ("retrieval", "all", False, True)


def test_the_same_seed_prints_the_same(ran: Path) -> None:
    words = ("compare", "hash", "first_images", "--on", ran, "--json", "--seed")
    one, same, other = (landmark(*words, seed).stdout for seed in (1, 1, 2))
    assert one == same != other


def test_recognition_is_compared_by_gap_and_a_file_with_the_entry_it_came_from(ran: Path) -> None:
    entries = EntryStore(Workspace.open().database).entries()
    (entry,) = [each for each in entries if each.identity == "most_frequent"]
    shown = landmark("compare", "most_frequent", entry.submission, "--on", ran)
    assert "recognition: gap ↑" in shown.output
    assert [mark for _, mark, _ in RANKED.findall(shown.output)] == ["=", "="]
    assert "p 1, corrected 1" in shown.output


@pytest.mark.usefixtures("workspace")
def test_folds_are_compared_together(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    landmark("split", folder, "--folds", 2)
    landmark("run", "first_images", "hash", "--on", folder, "--folds")
    shown = landmark("compare", "first_images", "hash", "--on", folder, "--folds")
    assert "entries #" in shown.output
    assert len(RANKED.findall(shown.output)) == 2


def test_the_leaderboard_shows_the_interval_of_the_score_that_ranks(ran: Path) -> None:
    boards = json.loads(landmark("leaderboard", "--on", ran, "--json").stdout)["leaderboards"]
    assert set(boards) == {"retrieval", "recognition"}
    for row in [*boards["retrieval"], *boards["recognition"]]:
        assert 0 <= row["low"] <= row["score_public"] <= row["high"] <= 1
    shown = " ".join(landmark("leaderboard", "--on", ran).output.split())
    assert "95 %: interval of the score that ranks" in shown


def test_an_unknown_name_is_one_line_and_exit_code_1(ran: Path) -> None:
    ended = process("compare", "hahs", "\x1b[31mred\n", "--on", ran)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: 'hahs' has no entry")
    assert len(ended.stderr.splitlines()) == 1
    assert "\x1b" not in ended.stderr


@pytest.mark.usefixtures("workspace")
def test_an_identity_is_that_solution_with_just_these_parameters_and_no_better_one(competition_folder: Path) -> None:
    landmark("run", "hash", "hash(kind='dct')", "--on", competition_folder)
    read = json.loads(landmark("compare", "hash", "hash(kind='dct')", "--on", competition_folder, "--json").stdout)
    assert set(read["scores"]) == {"hash", "hash(kind='dct')"}
