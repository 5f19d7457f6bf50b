"""Tests of `leaderboard.storage.sqlite_file` and `leaderboard.storage.entry_digest`: reading only, and damage."""

import os
import sqlite3
from contextlib import closing

import pytest

from leaderboard import EntryStore, StoreError
from leaderboard.storage import database, sqlite_file
from leaderboard.storage.database import Database
from leaderboard.storage.entry_summaries import EntrySummaries


@pytest.fixture
def file(tmp_path):
    return tmp_path / "leaderboard.db"


@pytest.fixture
def unwritable(monkeypatch):
    """No database can be written; root can write everywhere."""
    monkeypatch.setattr(database, "is_writable", lambda _: False)


@pytest.mark.parametrize("damage", [os.mkdir, os.mkfifo])
@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_what_is_no_file_is_named_and_not_waited_for(file, damage, suffix):
    damage(f"{file}{suffix}")
    with pytest.raises(StoreError, match=f"leaderboard.db{suffix} is a folder or no regular file: move it away"):
        EntryStore(file)


def test_a_database_that_cannot_be_written_is_read(file, make_entry, unwritable):
    added = EntryStore(file).add(make_entry())
    before = sorted(path.name for path in file.parent.iterdir())
    store = EntryStore(file)
    assert store.entries() == [added]
    assert sorted(path.name for path in file.parent.iterdir()) == before
    with pytest.raises(StoreError, match="allow writing in its folder"):
        store.add(make_entry())


@pytest.fixture
def crashed(tmp_path, file, make_entry):
    """Copies of a database and of its write-ahead log while a writer has it open; the entry is in the log only."""
    folder = tmp_path / "copy"
    folder.mkdir()
    store = EntryStore(file)
    with closing(sqlite3.connect(file)) as reader:
        reader.execute("SELECT count(*) FROM entries").fetchone()
        added = store.add(make_entry())
        for suffix in ("", "-wal"):
            (folder / f"{file.name}{suffix}").write_bytes(file.with_name(file.name + suffix).read_bytes())
    return folder / file.name, added


def test_entries_in_the_log_of_a_crashed_writer_are_read_too(crashed, unwritable, monkeypatch):
    copy, added = crashed
    monkeypatch.setattr(sqlite_file, "_can_read", lambda _: False)  # as where SQLite cannot write beside the log
    assert EntryStore(copy).entries() == [added]
    assert len(list(copy.parent.iterdir())) == 2


def test_a_database_without_a_log_is_read_as_immutable(file, make_entry, unwritable, monkeypatch):
    added = EntryStore(file).add(make_entry())
    monkeypatch.setattr(sqlite_file, "_can_read", lambda _: False)
    assert EntryStore(file).entries() == [added]


CHANGES = [
    "UPDATE entries SET scores = replace(scores, '0.', '0.9')",
    "UPDATE entries SET identity = 'other'",
    "UPDATE entries SET status = 'unscored'",
    "UPDATE entries SET metric = 'p@10'",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_entry_is_noticed(file, make_entry, change):
    store, entry = EntryStore(file), make_entry(public=0.25, private=0.5)
    store.add(entry)
    summaries = EntrySummaries(Database(file), entry.competition, entry.task, entry.split, "map@100")
    assert summaries.refresh()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(change)
        connection.commit()
    for read in (store.entries, EntrySummaries(Database(file), *own_board(entry), "map@100").refresh):
        with pytest.raises(StoreError, match="is damaged: put back a copy, or move it away and run again"):
            read()


def own_board(entry):
    return entry.competition, entry.task, entry.split


def test_an_entry_of_an_earlier_version_has_no_digest(file, make_entry):
    store = EntryStore(file)
    added = store.add(make_entry())
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("""UPDATE entries SET versions = json_remove(versions, '$."entry digest"')""")
        connection.commit()
    assert store.entries() == [added]
