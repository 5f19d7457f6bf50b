"""`landmark compare` as people and programs see it."""

import json
import re
from pathlib import Path

import pytest

from harness.workspace import Workspace
from leaderboard import EntryStore
from tests.harness.cli.test_commands import landmark, process
from tests.worlds import make_competition

RANKED = re.compile(r"^ (\d)([= ])  (\S+)", re.MULTILINE)


@pytest.mark.usefixtures("workspace")
def test_solutions_that_were_run_are_ranked_with_what_is_known_of_each_pair(competition_folder: Path) -> None:
    landmark("run", "first_images", "hash", "mean_hash", "--on", competition_folder)
    shown = landmark("compare", "hash", "first_images", "mean_hash", "--on", competition_folder)
    assert shown.exit_code == 0
    ranked = RANKED.findall(shown.output)
    assert [rank for rank, _, _ in ranked] == ["1", "2", "3"]
    assert {name for _, _, name in ranked} == {"hash", "first_images", "mean_hash"}
    assert shown.output.count(" − ") == 3
    assert len(re.findall(r"p \S+, corrected \S+; effect", shown.output)) == 3
    assert "2000 exchanges a pair" in shown.output
    assert not re.search(r"(p|corrected) 0(\.0*)?[,;]", shown.output)


@pytest.mark.usefixtures("workspace")
def test_json_is_one_document_with_every_digit(competition_folder: Path) -> None:
    landmark("run", "first_images", "hash", "--on", competition_folder)
    read = json.loads(landmark("compare", "hash", "first_images", "--on", competition_folder, "--json").stdout)
    board = json.loads(landmark("leaderboard", "--on", competition_folder, "--json").stdout)["leaderboards"][
        "retrieval"
    ]
    assert read["scores"] == {row["solution"]: pytest.approx(row["score_all"]) for row in board}
    (pair,) = read["pairs"]
    assert pair["difference"] == pytest.approx(read["scores"][pair["better"]] - read["scores"][pair["worse"]])
    assert pair["wins"] + pair["ties"] + pair["losses"] == read["queries"]
    assert {"id", "better", "worse"} == set(pair["queries"][0])
    assert (read["task"], read["part"], read["folds"], read["higher_is_better"]) == ("retrieval", "all", False, True)


@pytest.mark.usefixtures("workspace")
def test_the_same_seed_prints_the_same(competition_folder: Path) -> None:
    landmark("run", "first_images", "hash", "--on", competition_folder)
    words = ("compare", "hash", "first_images", "--on", competition_folder, "--json", "--seed")
    one, same, other = (landmark(*words, seed).stdout for seed in (1, 1, 2))
    assert one == same != other


@pytest.mark.usefixtures("workspace")
def test_recognition_is_compared_by_gap_and_a_file_with_the_entry_it_came_from(competition_folder: Path) -> None:
    landmark("run", "most_frequent", "--on", competition_folder)
    (entry,) = EntryStore(Workspace.open().database).entries()
    shown = landmark("compare", "most_frequent", entry.submission, "--on", competition_folder)
    assert "recognition: gap ↑" in shown.output
    assert [mark for _, mark, _ in RANKED.findall(shown.output)] == ["=", "="]
    assert "p 1, corrected 1" in shown.output


@pytest.mark.usefixtures("workspace")
def test_folds_are_compared_together(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    landmark("split", folder, "--folds", 3)
    landmark("run", "first_images", "hash", "--on", folder, "--folds")
    shown = landmark("compare", "first_images", "hash", "--on", folder, "--folds")
    assert "entries #" in shown.output
    assert len(RANKED.findall(shown.output)) == 2


@pytest.mark.usefixtures("workspace")
def test_the_leaderboard_shows_the_interval_of_the_score_that_ranks(competition_folder: Path) -> None:
    landmark("run", "first_images", "most_frequent", "--on", competition_folder)
    boards = json.loads(landmark("leaderboard", "--on", competition_folder, "--json").stdout)["leaderboards"]
    for (row,) in boards.values():
        assert 0 <= row["low"] <= row["score_public"] <= row["high"] <= 1
    shown = " ".join(landmark("leaderboard", "--on", competition_folder).output.split())
    assert "95 %: interval of the score that ranks" in shown


def test_an_unknown_name_is_one_line_and_exit_code_1(competition_folder: Path, workspace: Path) -> None:
    ended = process("compare", "hahs", "\x1b[31mred\n", "--on", competition_folder, "--workspace", workspace)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: 'hahs' has no entry")
    assert len(ended.stderr.splitlines()) == 1
    assert "\x1b" not in ended.stderr


@pytest.mark.usefixtures("workspace")
def test_an_identity_is_that_solution_with_just_these_parameters_and_no_better_one(competition_folder: Path) -> None:
    landmark("run", "hash", "hash(kind='dct')", "--on", competition_folder)
    read = json.loads(landmark("compare", "hash", "hash(kind='dct')", "--on", competition_folder, "--json").stdout)
    assert set(read["scores"]) == {"hash", "hash(kind='dct')"}
