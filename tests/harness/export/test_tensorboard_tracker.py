"""Tests of `harness.export.tensorboard_tracker`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.export.entry_record import EntryRecord, entry_record
from harness.export.tensorboard_tracker import TensorboardTracker
from tests.factories.entries import make_entry

pytest.importorskip("tensorboardX")
pytestmark = pytest.mark.filterwarnings("ignore")  # of tensorboard and protobuf


@pytest.fixture
def record() -> EntryRecord:
    entry = make_entry("hash(kind='dct')", id=7, public=0.25, private=0.5, all=0.4, versions={"a|b": "*1*"})
    return entry_record(replace(entry, competition_name="my photos"))


def read(folder: Path) -> Any:
    """Return the events of a folder, read by TensorBoard itself."""
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    return accumulator.EventAccumulator(str(folder)).Reload()


def test_tensorboard_reads_the_metrics_of_an_entry(tmp_path: Path, record: EntryRecord) -> None:
    assert TensorboardTracker(str(tmp_path / "logs")).store(record)
    events = read(tmp_path / "logs" / "my photos" / f"hash-7-{record.key[:8]}")
    scalars = {name: events.Scalars(name) for name in events.Tags()["scalars"]}
    assert {name: values[0].value for name, values in scalars.items()} == pytest.approx(record.metrics)
    assert {(len(values), values[0].step) for values in scalars.values()} == {(1, 0)}
    assert scalars["public/map_at_100"][0].wall_time == record.ended.timestamp()


def test_tensorboard_reads_the_parameters_and_the_tags(tmp_path: Path, record: EntryRecord) -> None:
    from tensorboardX.proto.plugin_hparams_pb2 import HParamsPluginData

    TensorboardTracker(str(tmp_path)).store(record)
    events = read(tmp_path / "my photos" / f"hash-7-{record.key[:8]}")
    content = events.summary_metadata["_hparams_/session_start_info"].plugin_data.content
    start = HParamsPluginData.FromString(content).session_start_info
    assert {name: value.string_value for name, value in start.hparams.items()} == record.parameters
    text = events.Tensors("entry/text_summary")[0].tensor_proto.string_val[0].decode()
    assert r"|version.a\_b|\*1\*|" in text


def test_an_entry_stored_again_replaces_its_files(tmp_path: Path, record: EntryRecord) -> None:
    tracker = TensorboardTracker(str(tmp_path))
    assert tracker.store(record)
    assert not tracker.store(replace(record, metrics={"public/map_at_100": 0.75}))
    (file,) = tmp_path.rglob("*tfevents*")
    assert read(file.parent).Scalars("public/map_at_100")[0].value == 0.75
    assert [path for path in tmp_path.rglob(".*") if path.is_dir()] == []
    assert tracker.store(replace(record, key="another-key"))
    assert len([*tmp_path.rglob("*tfevents*")]) == 2


def test_no_name_leaves_the_folder(tmp_path: Path, record: EntryRecord, hostile_names: list[str]) -> None:
    tracker = TensorboardTracker(str(tmp_path / "logs"))
    for name in ["../../up", ".hidden", "a/b", *hostile_names]:
        entry = make_entry(name, solution=name, metric=name, scores={"public": {name: 0.5}})
        tracker.store(entry_record(replace(entry, competition_name=name)))
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]
    assert {len(path.relative_to(tmp_path).parts) for path in tmp_path.rglob("*tfevents*")} == {4}


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HarnessError, match="file"):
        TensorboardTracker(str(tmp_path / "file"))
