"""Tests of `harness.api.exports` and `harness.api.what_ifs`: the methods do what the commands do."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

import landmark
from harness.api.competitions import OpenCompetition
from harness.running.outcome import Outcome, submission_digest
from harness.workspace import Workspace
from tests.cli import run_command
from tests.factories.entries import EntryFactory


@pytest.fixture
def competition(competition_folder: Path, workspace: Path) -> OpenCompetition:
    """A competition with the entry #1 `hash`."""
    entry = EntryFactory(competition_folder, Workspace.open(workspace)).add_ranking("hash", right=0.5)
    run = Path(entry.submission or "").parent
    Outcome(None, digest=submission_digest(run)).save(run)
    return landmark.open_competition(competition_folder)


def test_what_if_has_the_numbers_of_the_command(competition: OpenCompetition) -> None:
    words = ("what-if", "hash", "--on", competition.folder, "--json", "--metric", "precision@10")
    document = json.loads(run_command(*words).stdout)
    view = competition.what_if("hash", metric="precision@10")
    scores = [row["scores"]["private"]["precision@10"] for row in document["rows"]]
    assert view.table["private"].tolist() == scores
    assert view.best_cut_off == document["best_on_public"]["cut_off"]
    assert "hash (entry #1)" in repr(view)
    assert "overfits" in view._repr_html_()


def test_trec_and_parquet_files_are_those_of_the_commands(competition: OpenCompetition, tmp_path: Path) -> None:
    run, qrels = competition.export_trec("#1", tmp_path / "trec", "public")
    words = ("export", "trec", "1", "--on", competition.folder, "--part", "public", "--out", tmp_path / "command")
    assert run_command(*words).exit_code == 0
    assert run.read_text() == (tmp_path / "command" / "run.txt").read_text()
    assert qrels.read_text() == (tmp_path / "command" / "qrels.txt").read_text()
    if find_spec("pyarrow"):
        paths = competition.export_parquet(tmp_path / "tables", "hash")
        assert [path.name for path in paths] == ["entries.parquet", "queries.parquet", "answers.parquet"]


@pytest.mark.skipif(find_spec("tensorboardX") is None, reason="needs tensorboardX")
def test_an_entry_exported_twice_is_new_once(competition: OpenCompetition, tmp_path: Path) -> None:
    target = f"tensorboard:{tmp_path / 'logs'}"
    assert [competition.export(target), competition.export(target, "hash", private=False)] == [1, 0]


def test_an_unknown_target_or_task_is_refused(competition: OpenCompetition) -> None:
    with pytest.raises(landmark.Error, match="write mlflow:URI"):
        competition.export("nowhere")
    with pytest.raises(landmark.Error, match="task"):
        competition.what_if("hash", task="both")
