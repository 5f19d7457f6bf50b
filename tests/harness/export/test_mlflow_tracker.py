"""Tests of `harness.export.mlflow_tracker`, in a folder, and on the server at $LANDMARK_TEST_MLFLOW if there is one.

Such a server is started by `mlflow server --port 5951`; then LANDMARK_TEST_MLFLOW=http://127.0.0.1:5951.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from harness.errors import HarnessError
from harness.export.entry_record import EntryRecord, entry_record
from harness.export.mlflow_tracker import MlflowTracker
from tests.factories.entries import make_entry

pytest.importorskip("mlflow")
SERVER = os.environ.get("LANDMARK_TEST_MLFLOW")
pytestmark = pytest.mark.filterwarnings("ignore")  # of MLflow and what it imports


@pytest.fixture(scope="module", params=["folder", "server"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "folder":
        return str(tmp_path_factory.mktemp("mlflow") / "new folder")
    if not SERVER:
        pytest.skip("$LANDMARK_TEST_MLFLOW names no server")
    return SERVER


@pytest.fixture
def record(tmp_path: Path) -> EntryRecord:
    """The record of an entry with a submission, of an experiment of its own."""
    submission = tmp_path / "submission.csv"
    submission.write_text("id,images\nq,a\n")
    scores = {"public": 0.25, "private": 0.5, "all": 0.4}
    entry = make_entry(
        "hash(kind='dct')", id=7, competition_name=f"test {uuid4().hex}", run_key=str(tmp_path), **scores
    )
    return entry_record(replace(entry, submission=str(submission)))


@pytest.fixture
def runs(place: str, record: EntryRecord) -> Callable[[], list[Any]]:
    """Return the function that reads the runs of the record's experiment, as another client does."""
    from mlflow import MlflowClient

    def read() -> list[Any]:
        client = MlflowClient(place if "://" in place else f"sqlite:///{place}/mlflow.db")
        return list(client.search_runs([client.get_experiment_by_name(record.experiment).experiment_id]))

    return read


def test_an_entry_is_a_finished_run_with_its_values(
    place: str, record: EntryRecord, runs: Callable[[], list[Any]]
) -> None:
    assert MlflowTracker(place).store(record)
    (run,) = runs()
    assert run.data.metrics == record.metrics
    assert run.data.params == record.parameters
    assert record.tags.items() <= run.data.tags.items()
    assert (run.info.run_name, run.info.status) == ("hash(kind='dct')", "FINISHED")
    assert run.info.end_time - run.info.start_time == 3000


def test_the_submission_is_an_artifact(place: str, record: EntryRecord, runs: Callable[[], list[Any]]) -> None:
    import mlflow

    MlflowTracker(place).store(record)
    uri = f"{runs()[0].info.artifact_uri}/submission.csv"
    tracking = place if "://" in place else f"sqlite:///{place}/mlflow.db"
    assert Path(mlflow.artifacts.download_artifacts(uri, tracking_uri=tracking)).read_text() == "id,images\nq,a\n"


def test_an_entry_stored_again_updates_its_run(place: str, record: EntryRecord, runs: Callable[[], list[Any]]) -> None:
    from mlflow import MlflowClient

    assert MlflowTracker(place).store(record)
    tracker = MlflowTracker(place)
    assert not tracker.store(record)
    changed = replace(record, metrics=record.metrics | {"public/new": 1.0}, tags=record.tags | {"more": "yes"})
    assert not tracker.store(changed)
    (run,) = runs()
    assert run.data.metrics == changed.metrics
    assert run.data.tags["more"] == "yes"
    client = MlflowClient(place if "://" in place else f"sqlite:///{place}/mlflow.db")
    assert len(client.get_metric_history(run.info.run_id, "public/map_at_100")) == 1
    assert tracker.store(replace(record, key="another", tags=record.tags | {"landmark.key": "another"}))
    assert len(runs()) == 2


def test_a_failed_entry_is_a_failed_run_without_submission(
    place: str, record: EntryRecord, runs: Callable[[], list[Any]]
) -> None:
    MlflowTracker(place, submissions=False).store(replace(record, failed=True, metrics={}))
    assert [run.info.status for run in runs()] == ["FAILED"]


def test_more_tags_than_a_server_takes_at_once_are_stored(
    place: str, record: EntryRecord, runs: Callable[[], list[Any]]
) -> None:
    many = {f"version.package{number}": "1" for number in range(230)}
    MlflowTracker(place).store(replace(record, tags=record.tags | many))
    assert many.items() <= runs()[0].data.tags.items()


def test_names_of_a_hostile_entry_are_accepted(place: str, record: EntryRecord, hostile_names: list[str]) -> None:
    tracker = MlflowTracker(place, submissions=False)
    names = [name for name in hostile_names if "SUM" in name or "markup" in name or "%s" in name]
    for number, name in enumerate(names):
        entry = make_entry(name, id=number, versions={name: name}, metric=name, scores={"public": {name: 0.5}})
        named = replace(entry, competition_name=record.experiment, run_key=record.key)
        assert tracker.store(entry_record(named))


def test_what_cannot_be_reached_is_said_in_one_line(tmp_path: Path) -> None:
    for place in ("foo://nowhere", f"file:{tmp_path}"):
        with pytest.raises(HarnessError, match=f"^{place}: MLflow: .{{10,240}}$"):
            MlflowTracker(place)
    (tmp_path / "file").write_text("")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "mlflow.db").write_text("no database")
    messages = {"file/folder": "Not a directory", "damaged": "not a database", "100 %": "choose another"}
    for name, message in messages.items():
        with pytest.raises(HarnessError, match=message) as caught:
            MlflowTracker(str(tmp_path / name))
        assert str(caught.value).isprintable()
