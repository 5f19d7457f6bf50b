"""Opening a database, and saying in one line what is wrong with it."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from leaderboard.errors import StoreError
from leaderboard.safe_text import shorten
from leaderboard.storage.migrate import SCHEMA_VERSION, upgrade_schema, schema_version
from leaderboard.storage.serialization import to_json

LOCK_TIMEOUT_S = 30  # how long one writer waits for another
POSTGRESQL = {"connect_timeout": 5, "tcp_user_timeout": 30_000}  # seconds, and milliseconds: a dead line is given up
NETWORK_FILE_SYSTEMS = {"9p", "afs", "ceph", "cifs", "fuse.sshfs", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"}

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
    "locked": f"was in use by another process for {LOCK_TIMEOUT_S} s: try again when that has ended",
    "disk is full": FULL,
    "no space left": FULL,
}


@contextmanager
def store_errors(place: str) -> Iterator[None]:
    """Turn whatever a database complains of into a StoreError of one line that names the place and the remedy."""
    try:
        yield
    except (SQLAlchemyError, OSError, ImportError) as error:
        complaint = str(getattr(error, "orig", None) or error).partition("\n")[0]
        known = (remedy for words, remedy in REMEDIES.items() if words in complaint.lower())
        unknown = f"cannot be used ({shorten(complaint)}): mend that or use another --workspace"
        raise StoreError(f"{place} {next(known, unknown)}") from error


class Database:
    """A database that is open; what it complains of comes as a StoreError of one line.

    `location` is a file or an SQLAlchemy URL. A new database gets its folder and its tables, an older one what is new.
    Up to `kept` connections to a server stay open for the next transaction; each is tried before it is used.
    """

    def __init__(self, location: str | Path, pool_size: int = 0) -> None:
        self.engine, self.place = open_database(location, pool_size)

    def close(self) -> None:
        """Close the connections that were kept."""
        self.engine.dispose()

    @contextmanager
    def read_transaction(self) -> Iterator[Connection]:
        """A connection to read with; StoreError also for values that are not what was written."""
        try:
            with store_errors(self.place), self.engine.connect() as connection:
                yield connection
        except (ValueError, TypeError, AttributeError, EOFError, zlib.error) as error:
            raise StoreError(f"{self.place} {DAMAGED}") from error

    @contextmanager
    def write_transaction(self) -> Iterator[Connection]:
        """A transaction that holds the right to write from its start, kept whole if the block ends well."""
        with store_errors(self.place), write_transaction(self.engine) as connection:
            yield connection


def open_database(location: str | Path, pool_size: int = 0) -> tuple[Engine, str]:
    """The engine for a URL or a file, and the name to call it by; a new database gets its folder and its tables.

    An older one gets what is new. Raises StoreError if it cannot be opened, holds something else, or was written by a
    newer version.
    """
    with store_errors("the database's URL"):
        text = str(location)
        url = make_url(text) if "://" in text else URL.create("sqlite", database=text)
    sqlite = url.get_backend_name() == "sqlite"
    place = shorten(url.database or "" if sqlite else url.render_as_string())  # which hides the password
    with store_errors(place):
        engine = _sqlite(url) if sqlite else _elsewhere(url, pool_size)
        if _found(engine, place) != SCHEMA_VERSION:
            _bring_up_to_date(engine, place)
    return engine, place


def write_transaction(engine: Engine) -> AbstractContextManager[Connection]:
    """A transaction that holds the right to write from its start, so that it never has to give way half done."""
    return engine.execution_options(writes=True).begin()


def _sqlite(url: URL) -> Engine:
    file = url.database
    if not file or file == ":memory:":
        raise StoreError("a leaderboard in memory keeps nothing: name a file")
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    waiting = {"timeout": LOCK_TIMEOUT_S}
    engine = create_engine(url, poolclass=NullPool, json_serializer=to_json, connect_args=waiting)
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin)
    return engine


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _elsewhere(url: URL, kept: int) -> Engine:
    pool: dict[str, Any] = {"poolclass": NullPool}
    if kept:
        pool = {"pool_size": kept, "max_overflow": -1, "pool_pre_ping": True}
    arguments = POSTGRESQL if url.get_backend_name() == "postgresql" else {}
    return create_engine(url, json_serializer=to_json, connect_args=arguments, **pool)


def _found(engine: Engine, place: str) -> str | None:
    """The version of the tables, None for an empty database."""
    try:
        found, is_empty = _looked_up(engine)
    except ProgrammingError:  # another process has moved the version to its new table between two looks
        found, is_empty = _looked_up(engine)
    if is_empty:
        return None
    if found is None:
        raise StoreError(f"{place} {REMEDIES['not a database']}")
    if not found.isdecimal() or not 1 <= int(found) <= int(SCHEMA_VERSION):
        age = "an older" if found == "0" else "a newer"
        raise StoreError(
            f"{place} was written by {age} landmark (schema {shorten(found)}; this one writes {SCHEMA_VERSION}): "
            "move it away or use another --workspace"
        )
    return found


def _looked_up(engine: Engine) -> tuple[str | None, bool]:
    """The version that is written there, if any, and whether there are no tables at all."""
    with engine.connect() as connection:
        is_empty = not inspect(connection).get_table_names()
        return (None if is_empty else schema_version(connection)), is_empty


def _bring_up_to_date(engine: Engine, place: str) -> None:
    if engine.dialect.name == "sqlite" and not on_network_disk(Path(engine.url.database or "")):
        _read_while_writing(engine)
    try:
        with write_transaction(engine) as connection:
            upgrade_schema(connection)
    except SQLAlchemyError:
        if _found(engine, place) != SCHEMA_VERSION:  # else another process has just done so
            raise


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
        return max(around)[1] in NETWORK_FILE_SYSTEMS
    return False
