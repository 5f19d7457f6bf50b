"""Tests of `leaderboard.storage.notes`: stars, tags, notes and saved views."""

import shutil

import pytest

from leaderboard import EntryStore, LeaderboardError
from leaderboard.storage import notes
from leaderboard.storage.database import Database
from leaderboard.storage.notes import EntryNote, NoteStore, SavedView


@pytest.fixture
def database(tmp_path, make_entry):
    """A database with two entries."""
    database = Database(tmp_path / "leaderboard.db")
    for _ in range(2):
        EntryStore(database).add(make_entry())
    return database


def test_notes_are_stored_replaced_and_removed(database):
    store = NoteStore(database)
    assert store.find_one(1) == EntryNote()
    store.save(1, EntryNote(star=True, tags=("paper", "old"), note="two\nlines \0 \ud800"))
    store.save(2, EntryNote(note="other"))
    assert store.find() == {1: EntryNote(True, ("paper", "old"), "two\nlines \0 \ud800"), 2: EntryNote(note="other")}
    store.save(2, EntryNote())
    assert store.find([1, 2]).keys() == {1}


@pytest.mark.parametrize(
    ("entry", "note", "message"),
    [
        (3, EntryNote(star=True), "no entry 3"),
        (1, EntryNote(note="x" * (notes.MAX_NOTE + 1)), "at most 4000 characters"),
        (1, EntryNote(tags=("x" * (notes.MAX_TAG + 1),)), "at most 30 characters"),
        (1, EntryNote(tags=("a\x1b",)), "printable"),
        (1, EntryNote(tags=tuple(map(str, range(13)))), "at most 12 tags"),
    ],
)
def test_a_wrong_note_is_refused_and_nothing_is_stored(database, entry, note, message):
    store = NoteStore(database)
    with pytest.raises(LeaderboardError, match=message):
        store.save(entry, note)
    assert not store.find()


def test_views_belong_to_a_board_and_a_name_is_used_once(database):
    store = NoteStore(database)
    store.save_view("c", "retrieval", SavedView(0, " best ", "public", "sort=wall"))
    store.save_view("c", "retrieval", SavedView(0, "best", "private", "sort=cpu"))
    (view,) = store.views("c", "retrieval")
    assert (view.name, view.tab, view.query) == ("best", "private", "sort=cpu")
    assert not store.views("c", "recognition")
    store.delete_view("c", "recognition", view.id)
    assert store.views("c", "retrieval") == [view]
    store.delete_view("c", "retrieval", view.id)
    assert not store.views("c", "retrieval")


def test_views_with_a_wrong_name_or_beyond_the_limit_are_refused(database, monkeypatch):
    monkeypatch.setattr(notes, "MAX_VIEWS", 1)
    store = NoteStore(database)
    for name in ("", " ", "x" * 61, "a\nb"):
        with pytest.raises(LeaderboardError, match="1 to 60 printable"):
            store.save_view("c", "retrieval", SavedView(0, name, "public", ""))
    store.save_view("c", "retrieval", SavedView(0, "one", "public", ""))
    with pytest.raises(LeaderboardError, match="at most 1 saved views"):
        store.save_view("c", "retrieval", SavedView(0, "two", "public", ""))


def test_a_read_only_database_of_the_version_before_has_no_notes(database, tmp_path, monkeypatch):
    with database.write_transaction() as connection:
        for statement in (
            "DROP TABLE entry_notes",
            "DROP TABLE saved_views",
            "UPDATE alembic_version SET version_num = '3'",
        ):
            connection.exec_driver_sql(statement)
    shutil.copy(tmp_path / "leaderboard.db", tmp_path / "old.db")
    monkeypatch.setattr("leaderboard.storage.database.is_writable", lambda _file: False)
    read_only = Database(tmp_path / "old.db")
    store = NoteStore(read_only)
    assert (store.can_write, store.find(), store.views("c", "retrieval")) == (False, {}, [])
    assert len(EntryStore(read_only).entries()) == 2
