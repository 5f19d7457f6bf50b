"""Tests of `leaderboard.storage.store`, `leaderboard.storage.database`, `leaderboard.storage.schema`,
`leaderboard.storage.serialization` and `leaderboard.errors`: entries are restored exactly, errors are one line.
"""

import inspect
import os
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from leaderboard import Entry, EntryStore, LeaderboardError, StoreError
from leaderboard.storage import database, schema
from leaderboard.storage.migrate import SCHEMA_VERSION
from tests.databases import new_database

ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "workspace" / "leaderboard.sqlite"


def pytest_generate_tests(metafunc):
    """Run what looks into no file on a server too."""
    names = [*inspect.signature(metafunc.function).parameters]
    if "store" in names:
        metafunc.parametrize("store", ["sqlite"] if "file" in names else ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def store(request, file, tmp_path):
    if request.param == "sqlite":
        yield EntryStore(file)
        return
    with new_database(request.param, tmp_path) as url:
        yield EntryStore(url)


def store_error(call, *names):
    """The one line of the StoreError that a call raises, which must hold these names."""
    with pytest.raises(StoreError) as caught:
        call()
    line = str(caught.value)
    assert line.isprintable(), line
    assert all(str(name) in line for name in names), line
    return line


def test_an_entry_is_restored_with_an_id(store, make_entry):
    entry = make_entry(public=0.1 + 0.2, private=None, seed=2**70, submission="a/b.csv")
    added = store.add(entry)
    assert added.id == 1
    assert store.entries() == [added]
    assert [getattr(added, field.name) == getattr(entry, field.name) for field in fields(Entry)].count(False) == 1


def test_an_entry_without_optional_fields_is_restored(store, make_entry):
    added = store.add(make_entry(coverage=None, stages=(), versions={}, metric=None, reason=None))
    assert store.entries() == [added]


def test_the_table_has_a_column_for_every_field():
    assert {field.name for field in fields(Entry)} == set(schema.entries.c.keys()) - {"query_list"}


def test_entries_are_chosen_by_value_and_ordered_by_creation(store, make_entry):
    late, early = store.add(make_entry("b", minute=2)), store.add(make_entry("a(x=1)", minute=1))
    other = store.add(make_entry("a", minute=3, task="recognition", competition="x", split="fold 1/5"))
    assert store.entries() == [early, late, other]
    assert store.entries(solution="a") == [early, other]
    assert store.entries(task="retrieval", split="test") == [early, late]
    assert store.entries("x") == [other]
    assert store.entries("y") == []


def test_find_returns_the_latest_entry_that_did_not_fail(store, make_entry):
    store.add(make_entry(run_key="k", minute=1))
    latest = store.add(make_entry(run_key="k", minute=3))
    store.add(make_entry(run_key="k", minute=2))
    store.add(make_entry(run_key="k", minute=4, reason="killed"))
    store.add(make_entry(run_key="only failed", reason="killed"))
    assert store.find("k") == latest
    assert store.find("only failed") is store.find("never run") is None


def test_hostile_text_is_stored_unchanged(store, make_entry, hostile_names):
    for name in hostile_names:
        text = dict.fromkeys(("competition", "task", "solution", "identity", "reason", "run_key", "log"), name)
        entry = make_entry(**text, status="unscored", scores={name: {name: 0.5}}, versions={name: name})
        added = store.add(entry, {name: [1.0]}, [name])
        assert store.entries(competition=name, solution=name) == [added] == [store.find(name)]
        assert list(store.per_query(added.id)) == store.query_ids(added.id) == [name]
    assert len(store.entries()) == len(hostile_names)


def test_per_query_values_are_restored_bit_for_bit(store, make_entry):
    values = {"map@100": np.array([0.1 + 0.2, np.nan, np.inf, -0.0]), "rank": np.array([1, 2, 3, 4], dtype=np.int32)}
    added = store.add(make_entry(), values, ["a", "b", "c", "d"])
    read = store.per_query(added.id)
    assert {name: array.dtype for name, array in read.items()} == {"map@100": np.float64, "rank": np.float64}
    assert read["map@100"].tobytes() == values["map@100"].tobytes()
    assert store.query_ids(added.id) == ["a", "b", "c", "d"]


def test_an_entry_without_per_query_values_has_none(store, make_entry):
    added = store.add(make_entry())
    assert store.per_query(added.id) == store.per_query(99) == {}
    assert store.query_ids(added.id) == store.query_ids(99) == []


@pytest.mark.parametrize("values", [{"a": [1.0, 2.0]}, {"a": [[1.0]]}, {"a": 1.0}])
def test_values_of_another_length_than_the_queries_are_refused_before_anything_is_stored(store, make_entry, values):
    with pytest.raises(ValueError, match="one number for each query"):
        store.add(make_entry(), values, ["only one"])
    assert store.entries() == []


def test_an_entry_of_118_thousand_queries_is_small_and_quick_and_ids_are_stored_once(store, file, make_entry):
    random = np.random.default_rng(0)
    ids = [f"{number:016x}" for number in random.integers(2**62, size=118_000)]
    values = {"map@100": np.where(random.random(len(ids)) < 0.7, 0.0, random.random(len(ids)))}
    store.add(make_entry(), values, ids)
    size, start = file.stat().st_size, time.perf_counter()
    added = store.add(make_entry(), values, ids)
    assert time.perf_counter() - start < 2  # 0.1 s as measured; room for a busy machine
    assert file.stat().st_size - size < 1_000_000
    np.testing.assert_array_equal(store.per_query(added.id)["map@100"], values["map@100"])
    assert store.query_ids(added.id) == ids


def test_a_reopened_store_has_its_entries(store, file, make_entry):
    added = store.add(make_entry())
    assert EntryStore(str(file)).entries() == [added]
    assert EntryStore(f"sqlite:///{file}").entries() == [added]


def test_threads_write_at_once(store, make_entry):
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda n: store.add(make_entry(seed=n), {"a": [n]}, ["q"]), range(40)))
    assert len({entry.id for entry in added}) == 40
    assert {entry.seed: store.per_query(entry.id)["a"][0] for entry in store.entries()} == {n: n for n in range(40)}


WRITER = """
import sys
from leaderboard import Entry, EntryStore
from datetime import datetime, UTC
entry = lambda n: Entry(competition="c", competition_name="c", task="t", split="test", solution="s", identity="s", seed=n,
                        status="unscored", metric=None, scores={}, code_version="", run_key="", created=datetime.now(UTC))
for n in range(10):
    EntryStore(sys.argv[1]).add(entry(n), {"a": [n] * 1000}, [str(q) for q in range(1000)])
"""


def test_processes_create_and_write_one_database_at_once(file):
    command = [sys.executable, "-c", WRITER, str(file)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) for _ in range(4)]
    assert [writer.communicate()[1] for writer in writers] == [""] * 4
    store = EntryStore(file)
    entries = store.entries()
    assert len(entries) == 40
    assert all(store.per_query(entry.id)["a"][0] == entry.seed for entry in entries)
    assert scalar(file, "SELECT count(*) FROM query_lists") == 1


def scalar(file, statement):
    connection = sqlite3.connect(file)
    try:
        return connection.execute(statement).fetchone()[0]
    finally:
        connection.close()


def change(file, *statements):
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_readers_do_not_wait_for_a_writer(store, file, make_entry):
    added = store.add(make_entry())
    assert scalar(file, "PRAGMA journal_mode") == "wal"
    with database.write_transaction(store._database.engine):
        assert store.entries() == [added]


def test_a_network_file_system_gets_no_write_ahead_log(file, monkeypatch, make_entry):
    monkeypatch.setattr(database, "on_network_disk", lambda path: True)
    store = EntryStore(file)
    added = store.add(make_entry())
    assert scalar(file, "PRAGMA journal_mode") == "delete"
    assert store.entries() == [added]


def test_the_file_system_of_a_path_is_the_innermost_mount(monkeypatch, tmp_path):
    mounts = f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n"
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: mounts)
    assert database.on_network_disk(tmp_path / "a")
    assert not database.on_network_disk(tmp_path.parent)


@pytest.mark.parametrize(("found", "age"), [("99", "a newer"), ("x", "a newer")])
def test_another_schema_version_is_refused_with_a_remedy(store, file, found, age):
    change(file, f"UPDATE alembic_version SET version_num = '{found}'")
    line = store_error(lambda: EntryStore(file), file)
    assert line == (
        f"{file} was written by {age} landmark (schema {found}; this one writes {SCHEMA_VERSION}): "
        "move it away or use another --workspace"
    )


def test_intervals_are_restored_bit_for_bit(store, make_entry):
    added = store.add(make_entry(intervals={"public": (0.1, 0.1 + 0.2), "all": (0, 1)}))
    assert store.entries()[0].intervals == added.intervals == {"public": (0.1, 0.1 + 0.2), "all": (0.0, 1.0)}


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "other.sqlite"
    change(file, "CREATE TABLE bookmarks (id INTEGER)")
    store_error(lambda: EntryStore(file), file, "not a leaderboard's database", "--workspace")
    assert scalar(file, "SELECT count(*) FROM sqlite_master") == 1


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("my notes " * 1000)
    store_error(lambda: EntryStore(file), file, "not a leaderboard's database", "--workspace")
    assert file.read_text() == "my notes " * 1000


def test_an_empty_file_becomes_a_database(tmp_path, make_entry):
    file = tmp_path / "empty"
    file.touch()
    assert EntryStore(file).add(make_entry()).id == 1


def test_damaged_pages_are_reported(store, file, make_entry):
    for seed in range(50):
        store.add(make_entry(seed=seed, log="x" * 2000))
    content = bytearray(file.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    file.write_bytes(content)
    store_error(
        lambda: [EntryStore(file).entries(), EntryStore(file).find("x"), EntryStore(file).add(make_entry())], file
    )


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entries SET scores = '{'",
        "UPDATE entries SET stages = '[1]'",
        "UPDATE entries SET intervals = '[1]'",
        "UPDATE entries SET intervals = '{\"all\": [1]}'",
        'UPDATE entries SET intervals = \'{"all": ["low", 1]}\'',
        "UPDATE entries SET stages = NULL",
        "UPDATE entries SET scores = '[1]'",
        "UPDATE entries SET task = x'00'",
        "UPDATE entries SET created = 'noon'",
        "UPDATE entries SET identity = '\\x'",
        "UPDATE entries SET identity = 'é'",
        "UPDATE entries SET identity = CAST(x'ff' AS TEXT)",
        "UPDATE per_query SET packed = x'00'",
        "UPDATE query_lists SET packed = x'00'",
    ],
)
def test_damaged_values_are_reported(store, file, make_entry, damage):
    added = store.add(make_entry(), {"a": [1.0]}, ["q"])
    change(file, damage)
    store_error(lambda: [store.entries(), store.per_query(added.id), store.query_ids(added.id)], file)


def test_a_pickle_in_place_of_values_is_not_loaded(store, file, make_entry):
    from io import BytesIO
    from zlib import compress

    added = store.add(make_entry(), {"a": [1.0]})
    content = BytesIO()
    np.save(content, np.array([{"an": "object"}], dtype=object), allow_pickle=True)
    change(file, f"UPDATE per_query SET packed = x'{compress(content.getvalue()).hex()}'")
    store_error(lambda: store.per_query(added.id), file, "damaged")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    store_error(lambda: EntryStore(tmp_path), tmp_path, "--workspace")


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    store_error(lambda: EntryStore(tmp_path / "file" / "a.sqlite"), tmp_path, "--workspace")


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system")])
def test_a_folder_that_cannot_be_created_is_refused(tmp_path, monkeypatch, error):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(Path, "mkdir", refuse)
    store_error(lambda: EntryStore(tmp_path / "new" / "a.sqlite"), "a.sqlite", "allow writing in its folder")


def test_a_read_only_database_can_be_listed_but_not_written(store, file, make_entry):
    added = store.add(make_entry())
    event.listen(store._database.engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = 1"))
    assert store.entries() == [added]
    store_error(lambda: store.add(make_entry()), file, "allow writing")


def test_a_full_disk_is_reported_and_loses_nothing(store, file, make_entry):
    added = store.add(make_entry(), {"a": [1.0]})
    full = f"PRAGMA max_page_count = {scalar(file, 'PRAGMA page_count')}"
    event.listen(store._database.engine, "connect", lambda connection, _: connection.execute(full))
    random = np.random.default_rng(0).random(10_000)
    store_error(lambda: store.add(make_entry(), {"a": random}), file, "disk is full", "free some space")
    assert store.entries() == [added]


def test_a_database_that_stays_locked_is_reported(file, make_entry, monkeypatch):
    monkeypatch.setattr(database, "LOCK_TIMEOUT_S", 0.1)
    store = EntryStore(file)
    with database.write_transaction(store._database.engine):
        store_error(lambda: store.add(make_entry()), file, "in use by another process", "try again")


def test_any_other_database_error_is_one_line_too(store, file, make_entry, monkeypatch):
    def fail(*_):
        raise OperationalError("SELECT 1", {}, Exception("the \x1b[31mserver\nwent away"))

    event.listen(store._database.engine, "before_cursor_execute", fail)
    store_error(store.entries, file, r"the \x1b[31mserver")


@pytest.mark.parametrize(
    "location",
    ["nonsense://x", "postgresql+nonsense://u:secret@h/d", "sqlite://", "://", "sqlite+pysqlite:///:memory:"],
)
def test_an_unreachable_url_is_refused_without_its_password(location):
    assert "secret" not in store_error(lambda: EntryStore(location))


def test_a_store_error_is_a_leaderboard_error():
    assert issubclass(StoreError, LeaderboardError)


def test_importing_leaderboard_imports_neither_sqlalchemy_nor_rich_nor_numpy():
    code = "import sys, leaderboard; assert not {'sqlalchemy', 'rich', 'numpy'} & set(sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def test_an_unknown_name_is_an_attribute_error():
    import leaderboard

    with pytest.raises(AttributeError, match="nothing_here"):
        leaderboard.nothing_here  # noqa: B018
