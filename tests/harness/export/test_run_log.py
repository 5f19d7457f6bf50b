"""Tests of `harness.export.run_log`, and of `landmark run --log`."""

import json
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.export import run_log
from harness.export.entry_record import EntryRecord
from harness.export.run_log import RunLog
from tests.cli import error_of, run_command
from tests.factories.entries import make_entry


class Memory:
    """A tracker that stores records in a list, or fails."""

    view = ""

    def __init__(self, *, fails: bool = False) -> None:
        self.records: list[EntryRecord] = []
        self.fails = fails

    def store(self, record: EntryRecord) -> bool:
        if self.fails:
            raise HarnessError("the server is gone")
        self.records.append(record)
        return True


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> dict[str, Memory]:
    """The trackers by place; that of the place `broken` fails."""
    trackers = {"good": Memory(), "broken": Memory(fails=True)}
    monkeypatch.setattr(run_log, "open_tracker", lambda _, place: trackers[place])
    return trackers


def test_each_entry_is_stored_in_every_tracker(opened: dict[str, Memory]) -> None:
    log = RunLog(["mlflow:good", "mlflow:good", "tensorboard:good"], lambda _: None)
    for number in (1, 2):
        log.add(make_entry("hash", id=number))
    assert [record.tags["landmark.entry"] for record in opened["good"].records] == ["1", "1", "2", "2"]


def test_a_tracker_that_fails_is_noted_once_and_the_others_go_on(opened: dict[str, Memory]) -> None:
    notes: list[str] = []
    log = RunLog(["mlflow:broken", "wandb:good"], notes.append)
    for number in (1, 2):
        log.add(make_entry("hash", id=number))
    assert len(opened["good"].records) == 2
    (line,) = notes
    assert "not logged: the server is gone" in line
    assert "landmark export mlflow --to broken --on DIR" in line


def test_an_unknown_tracker_is_refused_before_anything_runs(competition_folder: Path, workspace: Path) -> None:
    message = error_of("run", "first_images", "--on", competition_folder, "--log", "neptune:x")
    assert "write mlflow:URI" in message
    assert not (workspace / "runs").exists()


@pytest.mark.usefixtures("workspace")
def test_runs_are_logged_and_finished_ones_again(competition_folder: Path, opened: dict[str, Memory]) -> None:
    words = ("run", "first_images", "--on", competition_folder, "--log", "mlflow:good", "--json")
    documents = [json.loads(run_command(*words).stdout) for _ in range(2)]
    first, second = opened["good"].records
    assert first == second  # a tracker updates the entry
    assert first.tags["landmark.entry"] == str(documents[0]["runs"][0]["id"])
    assert first.metrics["all/map_at_100"] == documents[0]["runs"][0]["scores"]["all"]["map@100"]
