"""Tests of `harness.export.wandb_tracker`: offline runs, read back from their files."""

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.export.entry_record import EntryRecord, entry_record
from harness.export.wandb_tracker import WandbTracker, _replace
from tests.factories.entries import make_entry

pytest.importorskip("wandb")
pytestmark = pytest.mark.filterwarnings("ignore")  # of wandb and what it imports


@pytest.fixture
def record(tmp_path: Path) -> EntryRecord:
    """The record of an entry with a submission."""
    (tmp_path / "submission.csv").write_text("id,images\nq,a\n")
    submission = str(tmp_path / "submission.csv")
    return entry_record(make_entry("hash(kind='dct')", id=7, public=0.25, private=0.5, submission=submission))


def read(file: Path) -> list[Any]:
    """Return the records of an offline run: a log in LevelDB's format, in blocks of 32 KiB, after 7 bytes of header."""
    from wandb.proto.wandb_internal_pb2 import Record

    data, place, record, records = file.read_bytes(), 7, b"", []
    while place < len(data):
        if (rest := -place % 32768) < 7:  # no room for a header before the next block
            place += rest
            continue
        length, kind = struct.unpack_from("<HB", data, place + 4)
        record += data[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):  # a whole record, or its last piece
            records.append(Record.FromString(record))
            record = b""
    return records


def test_an_entry_is_an_offline_run_that_is_replaced_when_stored_again(tmp_path: Path, record: EntryRecord) -> None:
    tracker = WandbTracker(str(tmp_path / "runs"))
    assert tracker.store(record)
    assert not tracker.store(replace(record, metrics=record.metrics | {"public/new": 1.0}))
    (file,) = tmp_path.glob("runs/wandb/offline-run-*/*.wandb")
    records = read(file)
    run = next(each.run for each in records if each.WhichOneof("record_type") == "run")
    assert (run.project, run.display_name, run.run_id) == ("synthetic", "hash(kind='dct')", record.key)
    assert {item.key: item.value_json for item in run.config.update}["solution"] == '"hash"'
    summary = {item.key: float(item.value_json) for each in records for item in each.summary.update if "/" in item.key}
    assert summary.items() >= {"public/map_at_100": 0.25, "private/map_at_100": 0.5, "public/new": 1.0}.items()
    assert (file.parent / "files" / "submission.csv").read_text() == "id,images\nq,a\n"
    assert not (file.parent / "files" / "requirements.txt").exists()


def test_a_run_of_the_same_second_replaces_the_former_one_and_an_error_restores_it(tmp_path: Path) -> None:
    folder = tmp_path / "offline-run-20260101_000000-key"
    folder.mkdir()
    (folder / "run-key.wandb").write_text("former")
    with pytest.raises(OSError, match="full"), _replace([folder]):
        raise OSError("the disk is full")
    assert (folder / "run-key.wandb").read_text() == "former"
    with _replace([folder]):
        folder.mkdir()
        (folder / "run-key.wandb").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert (folder / "run-key.wandb").read_text() == "new"


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HarnessError, match="file"):
        WandbTracker(str(tmp_path / "file"))
