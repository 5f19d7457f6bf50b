"""`landmark leaderboard --references`: what stands beside the board takes no rank."""

import json
from pathlib import Path

import pytest

from tests.harness.cli.test_commands import landmark

pytestmark = pytest.mark.usefixtures("workspace")


def test_floors_leave_the_ranks_and_stand_beside_the_board_with_published_scores(competition_folder: Path) -> None:
    landmark("run", "first_images", "hash", "--on", competition_folder)
    read = json.loads(landmark("leaderboard", "--references", "--json", "--on", competition_folder).stdout)
    assert [row["solution"] for row in read["leaderboards"]["retrieval"]] == ["hash"]
    beside = read["references"]["retrieval"]
    assert beside[0]["name"] == "first_images"
    assert beside[0]["same"]
    assert not any(row["same"] for row in beside[1:])
    shown = landmark("leaderboard", "--references", "--on", competition_folder).output
    assert "retrieval: references, which take no rank" in shown
    assert "not comparable with scores on this competition's" in shown


def test_without_them_the_board_is_as_ever(competition_folder: Path) -> None:
    landmark("run", "first_images", "--on", competition_folder)
    read = json.loads(landmark("leaderboard", "--json", "--on", competition_folder).stdout)
    assert set(read) == {"competition", "leaderboards"}
    assert [row["rank"] for row in read["leaderboards"]["retrieval"]] == [1]


def test_a_competition_without_entries_has_references_all_the_same(competition_folder: Path) -> None:
    shown = landmark("leaderboard", "--references", "--task", "recognition", "--on", competition_folder).output
    assert "10th, ensemble" in shown
    assert "CVSSP" not in shown


@pytest.mark.parametrize("words", [["--folds"], ["--format", "csv"], ["--format", "markdown"]])
def test_references_stand_beside_the_board_of_the_test_images_alone(competition_folder: Path, words: list[str]) -> None:
    refused = landmark("leaderboard", "--references", *words, "--on", competition_folder)
    assert refused.exit_code == 1
    assert "--references" in str(refused.exception)
