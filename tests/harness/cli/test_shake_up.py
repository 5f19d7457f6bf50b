"""`landmark shake-up` as people and programs see it."""

import json
from pathlib import Path

import pytest

from tests.harness.cli.test_commands import landmark

pytestmark = pytest.mark.usefixtures("workspace")


def test_it_tells_how_the_board_would_move_and_which_finals_to_choose(competition_folder: Path, tmp_path: Path) -> None:
    landmark("run", "first_images", "hash", "mean_hash", "--on", competition_folder)
    shown = landmark("shake-up", "--draws", 50, "--on", competition_folder)
    assert shown.exit_code == 0
    assert "if the queries had been dealt otherwise (50 draws)" in shown.output
    assert "two finals: " in shown.output
    read = json.loads(
        landmark("shake-up", "hash", "mean_hash", "--draws", 50, "--on", competition_folder, "--json").stdout
    )
    assert [each["rank"] for each in read["entries"]] == sorted(each["rank"] for each in read["entries"])
    assert [set(pair["names"]) for pair in read["pairs"]] == [{"hash", "mean_hash"}]
    for each in read["entries"]:
        assert sum(each["p_rank"]) == pytest.approx(1)
    board = json.loads(landmark("leaderboard", "--on", competition_folder, "--json").stdout)["leaderboards"][
        "retrieval"
    ]
    assert {row["identity"]: row["score_private"] for row in board if row["solution"] != "first_images"} == {
        each["identity"]: pytest.approx(each["private"]) for each in read["entries"]
    }
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    out = tmp_path / "shake.svg"
    assert landmark("shake-up", "--draws", 5, "--on", competition_folder, "--plot", out).exit_code == 0
    assert "<svg" in out.read_text(encoding="utf-8")


def test_mistakes_are_told_in_one_line(competition_folder: Path) -> None:
    assert "two entries for retrieval are needed" in str(landmark("shake-up", "--on", competition_folder).exception)
    landmark("run", "hash", "mean_hash", "--on", competition_folder)
    assert "'nobody' is not among" in str(landmark("shake-up", "nobody", "--on", competition_folder).exception)
