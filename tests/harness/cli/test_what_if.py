"""Tests of `harness.cli.what_if` and `harness.comparing.answer_lookup`."""

import json
from pathlib import Path

import pytest

from harness.running.outcome import Outcome, submission_digest
from harness.workspace import Workspace
from tests.cli import error_of, run_command
from tests.factories.competitions import write_table
from tests.factories.entries import EntryFactory


@pytest.fixture
def factory(competition_folder: Path, workspace: Path) -> EntryFactory:
    """Entries #1 `hash` and #2 `mean_hash`, with submission files, and #3, which failed."""
    factory = EntryFactory(competition_folder, Workspace.open(workspace))
    for identity, share in (("hash", 1.0), ("mean_hash", 0.5)):
        run = Path(factory.add_ranking(identity, right=share).submission or "").parent
        Outcome(None, digest=submission_digest(run)).save(run)
    factory.add_failed("slow", "ran out of time")
    return factory


def test_a_table_has_a_row_for_each_change(factory: EntryFactory) -> None:
    result = run_command("what-if", "hash", "--on", factory.competition.folder)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "hash (entry #1)" in lines[0]
    assert lines[2].startswith("as submitted")
    assert [line[:8].rstrip() for line in lines[3:9]] == [
        "first 1",
        "first 5",
        "first 10",
        "first 20",
        "first 50",
        "first 10",
    ]
    assert lines[9].startswith("without distractors")
    assert max(map(len, lines)) <= 100


def test_json_has_the_scores_of_every_metric(factory: EntryFactory) -> None:
    folder = factory.competition.folder
    document = json.loads(run_command("what-if", "#2", "--on", folder, "--json").stdout)
    assert (document["entry"], document["task"], document["metric"]) == (2, "retrieval", "map@100")
    entry = factory.store.by_ids([2])[2]
    assert document["rows"][0]["scores"] == entry.scores
    assert document["best_on_public"] in document["rows"]


def test_a_file_is_scored_like_an_entry(factory: EntryFactory) -> None:
    folder = factory.competition.folder
    entry = factory.store.by_ids([1])[1]
    by_file = json.loads(run_command("what-if", entry.submission, "--on", folder, "--json").stdout)
    by_entry = json.loads(run_command("what-if", "1", "--on", folder, "--json").stdout)
    assert by_file["rows"] == by_entry["rows"]
    assert by_file["entry"] is None


def test_what_cannot_be_answered_is_refused_in_one_line(factory: EntryFactory, tmp_path: Path) -> None:
    folder = factory.competition.folder
    assert "there is no entry #9" in error_of("what-if", "9", "--on", folder)
    assert "is no file" in error_of("what-if", "nothing", "--on", folder)
    assert "is for retrieval, not for recognition" in error_of(
        "what-if", "hash", "--on", folder, "--task", "recognition"
    )
    assert "landmark run makes it again" in error_of("what-if", "slow", "--on", folder)
    assert "choose one of map@100" in error_of("what-if", "hash", "--on", folder, "--metric", "gap")
    (tmp_path / "other").mkdir()
    write_table(tmp_path / "other" / "test.csv", "id", [("q",)])
    write_table(tmp_path / "other" / "a.csv", "id,images", [("q", "a")])
    assert "no ground truth" in error_of("what-if", tmp_path / "other/a.csv", "--on", tmp_path / "other")
    write_table(tmp_path / "other" / "solution.csv", "id,easy,hard,ignored", [("q", "e", "h", "j")])
    assert "whole collections" in error_of("what-if", tmp_path / "other/a.csv", "--on", tmp_path / "other")
