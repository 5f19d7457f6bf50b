"""`landmark leaderboard --references`: what stands beside the board takes no rank."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.web.board.cache import Boards
from harness.workspace import Workspace
from leaderboard.storage.database import Database
from tests.factories.entries import Entered
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


def test_without_them_floors_stand_below_the_ranks(competition_folder: Path) -> None:
    landmark("run", "first_images", "hash", "--on", competition_folder)
    read = json.loads(landmark("leaderboard", "--json", "--on", competition_folder).stdout)
    assert set(read) == {"competition", "leaderboards"}
    rows = read["leaderboards"]["retrieval"]
    assert [(row["rank"], row["solution"]) for row in rows] == [(1, "hash"), (None, "first_images")]
    printed = landmark("leaderboard", "--format", "markdown", "--on", competition_folder).output
    assert "a floor, which takes no rank" in printed


def test_boards_in_the_terminal_and_on_pages_give_the_same_ranks(competition_folder: Path, workspace: Path) -> None:
    entered = Entered(competition_folder, Workspace.open(workspace))
    right = {"hash": 0.4, "first_images": 1.0, "nearest": 0.7, "wavelet": 0.1}
    entries = [entered.ranking(name, right=share) for name, share in right.items()]
    for entry in entries:
        for fold in (1, 2):
            entered.store.add(replace(entry, id=None, split=f"fold {fold}/2 of deal ab"))
    boards = Boards(Database(entered.workspace.database))
    key = entered.competition.key
    pages = {each.entry.identity: (each.rank, each.private_rank) for each in boards.ordered(key, "retrieval").standings}
    assert terminal(competition_folder, "rank", "private_rank") == pages | {"first_images": (None, None)}
    folds = {row.identity: (row.rank,) for row in boards.folds(key, "retrieval", "2-ab")[0]}
    assert terminal(competition_folder, "rank", words=["--folds"]) == folds
    assert folds == {"nearest": (1,), "hash": (2,), "wavelet": (3,), "first_images": (None,)}


def terminal(folder: Path, *columns: str, words: Sequence[str] = ()) -> dict[str, tuple[int | None, ...]]:
    """What `landmark leaderboard` says of each identity."""
    read = json.loads(landmark("leaderboard", "--json", "--on", folder, *words).stdout)
    return {row["identity"]: tuple(row[each] for each in columns) for row in read["leaderboards"]["retrieval"]}


def test_a_competition_without_entries_has_references_all_the_same(competition_folder: Path) -> None:
    shown = landmark("leaderboard", "--references", "--task", "recognition", "--on", competition_folder).output
    assert "10th, ensemble" in shown
    assert "CVSSP" not in shown


@pytest.mark.parametrize("words", [["--folds"], ["--format", "csv"], ["--format", "markdown"]])
def test_references_stand_beside_the_board_of_the_test_images_alone(competition_folder: Path, words: list[str]) -> None:
    refused = landmark("leaderboard", "--references", *words, "--on", competition_folder)
    assert refused.exit_code == 1
    assert "--references" in str(refused.exception)
