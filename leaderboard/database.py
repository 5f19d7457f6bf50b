"""Opening a database, and saying in one line what is wrong with it."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    create_engine,
    event,
    func,
    insert,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateColumn

from leaderboard.errors import StoreError
from leaderboard.packing import to_json
from leaderboard.schema import VERSION, entries, metadata, versions
from leaderboard.text import short

PATIENCE_S = 30  # how long one writer waits for another
NETWORK_DISKS = {"9p", "afs", "ceph", "cifs", "fuse.sshfs", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"}

DAMAGED = "is damaged: put back a copy, or move it away and run again"
UNWRITABLE = "cannot be opened or written: allow writing in its folder or use another --workspace"
FULL = "cannot grow because the disk is full: free some space and run again"
REMEDIES = {  # words of a driver -> what is wrong, and what to do
    "not a database": "is not a leaderboard's database: move it away or use another --workspace",
    "malformed": DAMAGED,
    "readonly": UNWRITABLE,
    "read-only": UNWRITABLE,
    "unable to open": UNWRITABLE,
    "permission denied": UNWRITABLE,
    "locked": f"was in use by another process for {PATIENCE_S} s: try again when that has ended",
    "disk is full": FULL,
    "no space left": FULL,
}


@contextmanager
def reporting(place: str) -> Iterator[None]:
    """Turn whatever a database complains of into a StoreError of one line that names the place and the remedy."""
    try:
        yield
    except (SQLAlchemyError, OSError, ImportError) as error:
        complaint = str(getattr(error, "orig", None) or error).partition("\n")[0]
        known = (remedy for words, remedy in REMEDIES.items() if words in complaint.lower())
        unknown = f"cannot be used ({short(complaint)}): mend that or use another --workspace"
        raise StoreError(f"{place} {next(known, unknown)}") from error


def open_database(location: str | Path) -> tuple[Engine, str]:
    """The engine for a URL or a file, and the name to call it by; a new database gets its folder and its tables.

    One of version 1 gets the columns that are new. Raises StoreError if it cannot be opened, holds something else, or
    is of another version.
    """
    with reporting("the database's URL"):
        text = str(location)
        url = make_url(text) if "://" in text else URL.create("sqlite", database=text)
    sqlite = url.get_backend_name() == "sqlite"
    place = short(url.database or "" if sqlite else url.render_as_string())  # which hides the password
    with reporting(place):
        engine = _sqlite(url) if sqlite else create_engine(url, poolclass=NullPool, json_serializer=to_json)
        found = _version(engine, place)
        if found is None:
            _create(engine, place)
        elif found < VERSION:
            _add_what_is_new(engine)
    return engine, place


def writing(engine: Engine) -> AbstractContextManager[Connection]:
    """A transaction that holds the right to write from its start, so that it never has to give way half done."""
    return engine.execution_options(writes=True).begin()


def _sqlite(url: URL) -> Engine:
    file = url.database
    if not file or file == ":memory:":
        raise StoreError("a leaderboard in memory keeps nothing: name a file")
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    waiting = {"timeout": PATIENCE_S}
    engine = create_engine(url, poolclass=NullPool, json_serializer=to_json, connect_args=waiting)
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin)
    return engine


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(engine: Engine, place: str) -> int | None:
    """The version of the tables, 1 or VERSION; None for an empty database."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        if not tables:
            return None
        if versions.name not in tables:
            raise StoreError(f"{place} {REMEDIES['not a database']}")
        found = connection.scalar(select(func.max(versions.c.version)))
    if found not in (1, VERSION):
        raise StoreError(
            f"{place} was written by {'a newer' if (found or 0) > VERSION else 'an older'} landmark "
            f"(schema {found}; this one writes {VERSION}): move it away or use another --workspace"
        )
    return int(found)


def _create(engine: Engine, place: str) -> None:
    if engine.dialect.name == "sqlite" and not on_network_disk(Path(engine.url.database or "")):
        _read_while_writing(engine)
    try:
        with writing(engine) as connection:
            metadata.create_all(connection)
            if connection.scalar(select(versions.c.version)) is None:
                connection.execute(insert(versions).values(version=VERSION))
    except SQLAlchemyError:
        if _version(engine, place) is None:  # else another process has just created it
            raise


def _add_what_is_new(engine: Engine) -> None:
    """Bring tables of version 1 up to VERSION, unless another process has just done so."""
    with writing(engine) as connection:
        if connection.scalar(select(func.max(versions.c.version))) == 1:
            column = CreateColumn(entries.c.intervals).compile(dialect=engine.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {entries.name} ADD COLUMN {column}")
            connection.execute(update(versions).values(version=VERSION))


def _read_while_writing(engine: Engine) -> None:
    """Choose SQLite's write-ahead log where it can be had; without it readers and writers take turns."""
    with closing(engine.raw_connection()) as connection, suppress(sqlite3.OperationalError):
        connection.cursor().execute("PRAGMA journal_mode=WAL")


def on_network_disk(path: Path) -> bool:
    """Whether a path lies on another machine's disk, where a write-ahead log would break; False if nobody can tell."""
    path = path.resolve()
    with suppress(OSError, ValueError):
        mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
        around = [(len(mount), kind) for mount, kind in mounts if path.is_relative_to(mount)]
        return max(around)[1] in NETWORK_DISKS
    return False
