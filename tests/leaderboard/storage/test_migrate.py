"""Tests of `leaderboard.storage.migrate` with `leaderboard.storage.migrations.env` and the migrations
`leaderboard.storage.migrations.versions.v1_entries`, `leaderboard.storage.migrations.versions.v2_intervals`,
`leaderboard.storage.migrations.versions.v3_teams`, `leaderboard.storage.migrations.versions.v4_notes` and
`leaderboard.storage.migrations.versions.v5_pages`: old databases of both kinds keep their contents.
"""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, text

from leaderboard import EntryStore, StoreError
from leaderboard.storage import database, migrate, schema

VERSION_1 = """
CREATE TABLE leaderboard_schema (version INTEGER NOT NULL, PRIMARY KEY (version));
CREATE TABLE query_lists (digest VARCHAR(64) NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (digest));
CREATE TABLE entries (
    id INTEGER NOT NULL, competition TEXT NOT NULL, competition_name TEXT NOT NULL, task TEXT NOT NULL,
    split TEXT NOT NULL, solution TEXT NOT NULL, identity TEXT NOT NULL, code_version TEXT NOT NULL,
    run_key TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, metric TEXT, submission TEXT, log TEXT, seed JSON,
    scores JSON, coverage JSON, stages JSON, versions JSON, created DATETIME NOT NULL, query_list VARCHAR(64),
    PRIMARY KEY (id), FOREIGN KEY(query_list) REFERENCES query_lists (digest)
);
CREATE INDEX entries_by_run_key ON entries (run_key);
CREATE TABLE per_query (
    id INTEGER NOT NULL, entry INTEGER NOT NULL, name TEXT NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(entry) REFERENCES entries (id)
);
CREATE INDEX ix_per_query_entry ON per_query (entry);
INSERT INTO leaderboard_schema VALUES (1);
INSERT INTO query_lists VALUES ('d', x'78018b562a548a05000448016e');
INSERT INTO entries VALUES (
    1, 'fingerprint', 'synthetic', 'retrieval', 'test', 'hash', 'hash', 'abc', 'key', 'scored', NULL, 'map@100', NULL,
    NULL, '0', '{"public": {"map@100": 0.5}}', NULL, '[]', '{}', '2026-03-01 12:00:00.000000', 'd'
);
"""
VERSION_2 = (
    VERSION_1
    + """
ALTER TABLE entries ADD COLUMN intervals JSON;
UPDATE leaderboard_schema SET version = 2;
UPDATE entries SET intervals = '{"public": [0.25, 0.75]}';
"""
)
ON_POSTGRESQL = {  # the statements of its driver for the same tables
    r"\bid INTEGER NOT NULL": "id SERIAL NOT NULL",
    "BLOB": "BYTEA",
    "DATETIME": "TIMESTAMP",
    r"ON entries \(run_key\)": "ON entries USING hash (run_key)",
    r"x'(\w+)'": r"'\\x\1'",
    r"INSERT INTO entries VALUES \(\s*1,": "INSERT INTO entries VALUES (nextval('entries_id_seq'),",
}


def engine_of(url):
    """An engine for a database that has no tables yet, as the store opens it."""
    parsed_url = database.make_url(url)
    return database._sqlite(parsed_url) if "sqlite" in url else database._server(parsed_url, 0)


def run(url, script):
    """Run the statements of a script."""
    with database.write_transaction(engine_of(url)) as connection:
        if connection.dialect.name == "postgresql":
            for ours, theirs in ON_POSTGRESQL.items():
                script = re.sub(ours, theirs, script)
        for statement in filter(str.strip, script.split(";\n")):
            connection.exec_driver_sql(statement)


def scalar(url, statement):
    with engine_of(url).connect() as connection:
        return connection.scalar(text(statement))


@pytest.fixture(params=[VERSION_1, VERSION_2], ids=["version 1", "version 2"])
def old_url(request, database_url):
    """The URL of a database of an earlier version with one entry."""
    run(database_url, request.param)
    return database_url


def test_an_old_database_keeps_its_entries_and_accepts_new_ones(old_url, make_entry):
    store = EntryStore(old_url)
    (old,) = store.entries()
    assert (old.score("public"), store.query_ids(1)) == (0.5, ["q"])
    assert old.intervals in ({}, {"public": (0.25, 0.75)})
    new = store.add(make_entry(public=0.6, intervals={"public": (0.5, 0.7)}))
    assert EntryStore(old_url).entries() == [old, new]
    assert scalar(old_url, "SELECT version_num FROM alembic_version") == migrate.SCHEMA_VERSION


def test_an_old_database_gets_the_same_tables_as_a_new_one(old_url):
    EntryStore(old_url)
    with engine_of(old_url).connect() as connection:
        assert not compare_metadata(MigrationContext.configure(connection), schema.metadata)


def test_a_new_database_has_exactly_the_declared_tables(database_url):
    EntryStore(database_url)
    with engine_of(database_url).connect() as connection:
        assert not compare_metadata(MigrationContext.configure(connection), schema.metadata)


def test_concurrent_openings_migrate_an_old_database_once(old_url):
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(EntryStore, [old_url] * 8))
    assert [len(store.entries()) for store in stores] == [1] * 8


def test_concurrent_openings_create_the_tables_once(database_url, make_entry):
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(EntryStore, [database_url] * 8))
    assert stores[0].add(make_entry()).id == 1
    assert [len(store.entries()) for store in stores] == [1] * 8


def test_a_failed_migration_leaves_the_old_database_unchanged(old_url, monkeypatch):
    def fail(_connection, _cursor, statement, *_):
        if "team_submissions_by_status" in statement:
            raise OSError(28, "No space left on device")

    opened = database.create_engine

    def failing(*arguments, **options):
        engine = opened(*arguments, **options)
        event.listen(engine, "before_cursor_execute", fail)
        return engine

    monkeypatch.setattr(database, "create_engine", failing)
    with pytest.raises(StoreError, match="disk is full"):
        EntryStore(old_url)
    monkeypatch.undo()
    assert scalar(old_url, "SELECT max(version) FROM leaderboard_schema") in (1, 2)
    assert len(EntryStore(old_url).entries()) == 1


def test_a_locked_old_database_is_reported_and_unchanged(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    run(url, VERSION_1)
    monkeypatch.setattr(database, "LOCK_TIMEOUT_S", 0.1)
    with (
        database.write_transaction(engine_of(url)),
        pytest.raises(StoreError, match=r"old\.sqlite was in use by another process"),
    ):
        EntryStore(url)
    assert len(EntryStore(url).entries()) == 1


@pytest.mark.parametrize(("found", "age"), [(0, "an older"), (99, "a newer")])
def test_an_unknown_version_is_refused(database_url, found, age):
    run(database_url, VERSION_1 + f"UPDATE leaderboard_schema SET version = {found};\n")
    with pytest.raises(
        StoreError, match=rf"was written by {age} landmark \(schema {found}; this one writes {migrate.SCHEMA_VERSION}\)"
    ):
        EntryStore(database_url)


def test_the_schema_version_is_that_of_the_last_migration():
    config = Config()
    config.set_main_option("script_location", "leaderboard.storage:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.SCHEMA_VERSION]
