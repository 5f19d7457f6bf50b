"""Tests of `harness.cli.shake_up` and `harness.plotting.shake_up`."""

import json
from pathlib import Path

import pytest

from tests.cli import run_command

pytestmark = pytest.mark.usefixtures("runs_in_this_process", "workspace")


def test_rank_ranges_and_the_best_final_entries_are_printed(competition_folder: Path, tmp_path: Path) -> None:
    run_command("run", "first_images", "hash", "mean_hash", "--on", competition_folder)
    result = run_command("shake-up", "--draws", 50, "--on", competition_folder)
    assert result.exit_code == 0
    narrow = run_command("shake-up", "--draws", 50, "--on", competition_folder, env={"COLUMNS": "80"}).stdout
    assert max(map(len, narrow.splitlines())) <= 80
    assert "wins = share of 50 random public/private splits" in result.output
    assert "best two final entries: " in result.output
    read = json.loads(
        run_command("shake-up", "hash", "mean_hash", "--draws", 50, "--on", competition_folder, "--json").stdout
    )
    assert [each["rank"] for each in read["entries"]] == sorted(each["rank"] for each in read["entries"])
    assert [set(pair["names"]) for pair in read["pairs"]] == [{"hash", "mean_hash"}]
    for each in read["entries"]:
        assert sum(each["p_rank"]) == pytest.approx(1)
    board = json.loads(run_command("leaderboard", "--on", competition_folder, "--json").stdout)["leaderboards"][
        "retrieval"
    ]
    assert {row["identity"]: row["score_private"] for row in board if row["solution"] != "first_images"} == {
        each["identity"]: pytest.approx(each["private"]) for each in read["entries"]
    }
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    out = tmp_path / "shake.svg"
    assert run_command("shake-up", "--draws", 5, "--on", competition_folder, "--plot", out).exit_code == 0
    assert "<svg" in out.read_text(encoding="utf-8")


def test_wrong_usage_is_one_line(competition_folder: Path) -> None:
    assert "two entries for retrieval are needed" in str(run_command("shake-up", "--on", competition_folder).exception)
    run_command("run", "hash", "mean_hash", "--on", competition_folder)
    assert "'nobody' is not among" in str(run_command("shake-up", "nobody", "--on", competition_folder).exception)
