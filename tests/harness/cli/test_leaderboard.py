"""Tests of `harness.cli.leaderboard`, `harness.cli._references`, `harness.cli._render_board` and
`harness.comparing.boards`: references and baselines have no rank."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.web.data.board_cache import BoardCache
from harness.web.folds.table import ranked_rows
from harness.workspace import Workspace
from leaderboard.storage.database import Database
from leaderboard.storage.notes import EntryNote, NoteStore
from tests.cli import error_of, run_command
from tests.factories.entries import EntryFactory

pytestmark = pytest.mark.usefixtures("workspace")


def test_with_references_baselines_and_published_scores_are_listed_separately(competition_folder: Path) -> None:
    run_command("run", "first_images", "hash", "--on", competition_folder)
    read = json.loads(run_command("leaderboard", "--references", "--json", "--on", competition_folder).stdout)
    assert [row["solution"] for row in read["leaderboards"]["retrieval"]] == ["hash"]
    references = read["references"]["retrieval"]
    assert references[0]["name"] == "first_images"
    assert references[0]["same"]
    assert len(references) == 1
    result = run_command("leaderboard", "--references", "--on", competition_folder).output
    assert "retrieval: references (not ranked)" in result
    assert "published scores are on other photographs; see them with --all-references" in result
    assert "CVSSP" not in result
    read = json.loads(run_command("leaderboard", "--all-references", "--json", "--on", competition_folder).stdout)
    assert [row["same"] for row in read["references"]["retrieval"]] == [True] + [False] * 14


def test_without_references_baselines_are_listed_unranked(competition_folder: Path) -> None:
    run_command("run", "first_images", "hash", "--on", competition_folder)
    read = json.loads(run_command("leaderboard", "--json", "--on", competition_folder).stdout)
    assert set(read) == {"competition", "leaderboards", "samples"}
    rows = read["leaderboards"]["retrieval"]
    assert [(row["rank"], row["solution"]) for row in rows] == [(1, "hash"), (None, "first_images")]
    printed = run_command("leaderboard", "--format", "markdown", "--on", competition_folder).output
    assert "a baseline, which takes no rank" in printed


def test_the_terminal_and_the_pages_have_the_same_ranks(competition_folder: Path, workspace: Path) -> None:
    factory = EntryFactory(competition_folder, Workspace.open(workspace))
    right = {"hash": 0.4, "first_images": 1.0, "nearest": 0.7, "wavelet": 0.1}
    entries = [factory.add_ranking(name, right=share) for name, share in right.items()]
    splits = ["fold 1/2 of deal ab", "fold 2/2 of deal ab"]
    on_folds = [factory.store.add(replace(entry, id=None, split=split)) for entry in entries for split in splits]
    boards = BoardCache(Database(factory.workspace.database))
    key = factory.competition.key
    pages = {each.entry.identity: (each.rank, each.private_rank) for each in boards.ranked(key, "retrieval").standings}
    assert columns_by_identity(competition_folder, "rank", "private_rank") == pages | {"first_images": (None, None)}
    folds = {row.identity: (row.rank,) for row in ranked_rows(on_folds, "retrieval")}
    assert columns_by_identity(competition_folder, "rank", words=["--folds"]) == folds
    assert folds == {"nearest": (1,), "hash": (2,), "wavelet": (3,), "first_images": (None,)}


def columns_by_identity(folder: Path, *columns: str, words: Sequence[str] = ()) -> dict[str, tuple[int | None, ...]]:
    """Return these columns of `landmark leaderboard --json` for each identity."""
    read = json.loads(run_command("leaderboard", "--json", "--on", folder, *words).stdout)
    return {row["identity"]: tuple(row[column] for column in columns) for row in read["leaderboards"]["retrieval"]}


def test_a_competition_without_entries_has_references(competition_folder: Path) -> None:
    result = run_command("leaderboard", "--all-references", "--task", "recognition", "--on", competition_folder).output
    assert "not comparable with scores on this competition's" in result
    assert "10th, ensemble" in result
    assert "CVSSP" not in result


def test_boards_are_written_for_papers_and_with_medals(competition_folder: Path, workspace: Path) -> None:
    factory = EntryFactory(competition_folder, Workspace.open(workspace))
    for name, share in (("hash", 0.4), ("first_images", 0.2), ("nearest(dims=64)", 0.7)):
        factory.add_ranking(name, right=share)
    latex = run_command("leaderboard", "--format", "latex", "--on", competition_folder).stdout
    assert r"1 & nearest(dims=64) & " in latex
    markdown = run_command("leaderboard", "--format", "markdown", "--medals", "--on", competition_folder).stdout
    assert "| # | solution | public | private | 95 % | medal | top % |" in markdown
    every = run_command("leaderboard", "--format", "markdown", "--every-column", "--on", competition_folder).stdout
    assert "| coverage |" in every
    table = run_command("leaderboard", "--metric", "P@1", "--on", competition_folder, env={"COLUMNS": "80"}).stdout
    assert ", retrieval: precision@1 ↑" in table
    factory.add_labelling("softmax_entropy", {})
    read = json.loads(run_command("leaderboard", "--metric", "mAP", "--json", "--on", competition_folder).stdout)
    assert list(read["leaderboards"]) == ["retrieval"]
    assert "'mAP@7' is not a metric of retrieval" in error_of(
        "leaderboard", "--metric", "mAP@7", "--on", competition_folder
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--medals", "--folds"], "--medals needs ranks on the test images"),
        (["--every-column"], "--every-column is for --format markdown and latex"),
        (["--references", "--format", "latex"], "--references needs the test images"),
    ],
)
def test_options_that_exclude_each_other_are_refused(words: list[str], message: str, tmp_path: Path) -> None:
    assert message in error_of("leaderboard", *words, "--on", tmp_path)


@pytest.mark.parametrize("words", [["--folds"], ["--format", "csv"], ["--format", "markdown"]])
def test_references_need_the_test_images_and_a_table(competition_folder: Path, words: list[str]) -> None:
    refused = run_command("leaderboard", "--references", *words, "--on", competition_folder)
    assert refused.exit_code == 1
    assert "--references" in str(refused.exception)


def test_notes_of_entries_are_columns_of_csv_and_json(competition_folder: Path, workspace: Path) -> None:
    factory = EntryFactory(competition_folder, Workspace.open(workspace))
    entry = factory.add_ranking("hash", right=0.4)
    words = ("leaderboard", "--on", competition_folder, "--task", "retrieval", "--format")
    assert "tags" not in run_command(*words, "csv").stdout
    notes = NoteStore(Database(factory.workspace.database))
    notes.save(entry.id or 0, EntryNote(star=True, tags=("a", "b"), note="=x"))
    assert run_command(*words, "csv").stdout.splitlines()[1].endswith(""",True,"a, b",'=x""")
    document = json.loads(run_command(*words, "json").stdout)
    (row,) = document["leaderboards"]["retrieval"]
    assert (row["star"], row["tags"], row["note"]) == (True, "a, b", "=x")
