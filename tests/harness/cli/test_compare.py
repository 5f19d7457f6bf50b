"""Tests of `harness.cli.compare`."""

import json
import re
from pathlib import Path

import pytest

from harness.workspace import Workspace
from leaderboard import EntryStore
from tests.cli import run_command, run_process
from tests.factories.competitions import make_competition
from tests.factories.entries import EntryFactory

pytestmark = pytest.mark.usefixtures("runs_in_this_process")

RANKED = re.compile(r"^ (\d)([= ])  (\S+)", re.MULTILINE)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a competition with finished runs; the workspace is next to it."""
    folder = make_competition(tmp_path_factory.mktemp("shared") / "competition")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDMARK_WORKSPACE", str(folder.parent / "workspace"))
        assert run_command("run", "first_images", "hash", "mean_hash", "most_frequent", "--on", folder).exit_code == 0
    return folder


@pytest.fixture
def finished_runs(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same folder; its workspace is the default of every command."""
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(shared.parent / "workspace"))
    return shared


def test_solutions_are_ranked_and_each_pair_is_tested(finished_runs: Path) -> None:
    result = run_command("compare", "hash", "first_images", "mean_hash", "--on", finished_runs)
    assert result.exit_code == 0
    ranked = RANKED.findall(result.output)
    assert [rank for rank, _, _ in ranked] == ["1", "2", "3"]
    assert {name for _, _, name in ranked} == {"hash", "first_images", "mean_hash"}
    assert result.output.count(" − ") == 3
    assert len(re.findall(r"p \S+, corrected \S+; effect", result.output)) == 3
    assert "2000 permutations per pair" in result.output
    assert not re.search(r"(p|corrected) 0(\.0*)?[,;]", result.output)


def test_json_is_one_document_with_every_digit(finished_runs: Path) -> None:
    read = json.loads(run_command("compare", "hash", "first_images", "--on", finished_runs, "--json").stdout)
    board = json.loads(run_command("leaderboard", "--on", finished_runs, "--json").stdout)["leaderboards"]["retrieval"]
    scores = {row["solution"]: pytest.approx(row["score_all"]) for row in board}
    assert read["scores"] == {name: scores[name] for name in ("hash", "first_images")}
    (pair,) = read["pairs"]
    assert pair["difference"] == pytest.approx(read["scores"][pair["better"]] - read["scores"][pair["worse"]])
    assert pair["wins"] + pair["ties"] + pair["losses"] == read["queries"]
    assert {"id", "better", "worse"} == set(pair["queries"][0])
    assert (read["task"], read["part"], read["folds"], read["higher_is_better"]) == ("retrieval", "all", False, True)


def test_the_same_seed_prints_the_same(finished_runs: Path) -> None:
    words = ("compare", "hash", "first_images", "--on", finished_runs, "--json", "--seed")
    one, same, other = (run_command(*words, seed).stdout for seed in (1, 1, 2))
    assert one == same != other


def test_an_entry_and_its_file_are_tied(finished_runs: Path) -> None:
    entries = EntryStore(Workspace.open().database).entries()
    (entry,) = [each for each in entries if each.identity == "most_frequent"]
    result = run_command("compare", "most_frequent", entry.submission, "--on", finished_runs)
    assert "recognition: GAP ↑" in result.output
    assert [mark for _, mark, _ in RANKED.findall(result.output)] == ["=", "="]
    assert "p 1, corrected 1" in result.output


@pytest.mark.usefixtures("workspace")
def test_all_folds_are_compared(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    run_command("split", folder, "--folds", 2)
    run_command("run", "first_images", "hash", "--on", folder, "--folds")
    result = run_command("compare", "first_images", "hash", "--on", folder, "--folds")
    assert "entries #" in result.output
    assert len(RANKED.findall(result.output)) == 2


def test_the_leaderboard_shows_the_interval_of_its_score(finished_runs: Path) -> None:
    boards = json.loads(run_command("leaderboard", "--on", finished_runs, "--json").stdout)["leaderboards"]
    assert set(boards) == {"retrieval", "recognition"}
    for row in [*boards["retrieval"], *boards["recognition"]]:
        assert 0 <= row["low"] <= row["score_public"] <= row["high"] <= 1
    result = " ".join(run_command("leaderboard", "--on", finished_runs).output.split())
    assert "95 %: interval of the score that ranks" in result


def test_an_unknown_name_is_one_line_and_exit_code_1(finished_runs: Path) -> None:
    result = run_process("compare", "hahs", "\x1b[31mred\n", "--on", finished_runs)
    assert result.returncode == 1
    assert result.stderr.startswith("error: 'hahs' has no entry")
    assert len(result.stderr.splitlines()) == 1
    assert "\x1b" not in result.stderr


@pytest.mark.usefixtures("workspace")
def test_an_identity_means_exactly_these_parameters(competition_folder: Path) -> None:
    run_command("run", "hash", "hash(kind='dct')", "--on", competition_folder)
    read = json.loads(run_command("compare", "hash", "hash(kind='dct')", "--on", competition_folder, "--json").stdout)
    assert set(read["scores"]) == {"hash", "hash(kind='dct')"}


def test_long_names_are_wrapped_between_words(competition_folder: Path, workspace: Path) -> None:
    factory = EntryFactory(competition_folder, Workspace.open(workspace))
    name = "first_place(backbone='EfficientNetV2B0', dims=256, augmentation=10)"
    factory.add_ranking(name, right=0.9)
    factory.add_ranking("hash", right=0.5)
    text = run_command("compare", name, "hash", "--on", competition_folder, env={"COLUMNS": "80"}).output
    rows = text.splitlines()[1:6]
    assert max(map(len, rows)) <= 80
    assert [row.split()[-1] for row in rows] == ["from", "#1", "'EfficientNetV2B0',", "augmentation=10)", "#2"]
