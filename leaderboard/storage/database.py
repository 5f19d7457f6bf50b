"""Opening databases and running transactions; errors become a StoreError of one line."""

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
from leaderboard.safe_text import hide_credentials, shorten
from leaderboard.storage.migrate import READABLE_VERSIONS, SCHEMA_VERSION, schema_version, upgrade_schema
from leaderboard.storage.serialization import to_json
from leaderboard.storage.sqlite_file import connect_read_only, is_writable, require_files

LOCK_TIMEOUT_S = 30  # how long a writer waits for another
POSTGRESQL = {"connect_timeout": 5, "tcp_user_timeout": 30_000}  # seconds; milliseconds until a dead connection fails
NETWORK_MOUNTS = {"9p", "afs", "ceph", "cifs", "fuse.sshfs", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"}

DAMAGED = "is damaged: put back a copy, or move it away and run again"
UNWRITABLE = "cannot be opened or written: allow writing in its folder or use another --workspace"
FULL = "cannot grow because the disk is full: free some space and run again"
REMEDIES = {  # words of a driver's message -> problem and remedy
    "not a database": "is not a leaderboard's database: move it away or use another --workspace",
    "malformed": DAMAGED,
    "readonly": UNWRITABLE,
    "read-only": UNWRITABLE,
    "unable to open": UNWRITABLE,
    "permission denied": UNWRITABLE,
    "disk i/o error": "cannot be read or written (disk I/O error): free some space, check the disk and run again",
    "locked": f"was in use by another process for {LOCK_TIMEOUT_S} s: try again when that has ended",
    "disk is full": FULL,
    "no space left": FULL,
}


@contextmanager
def store_errors(place: str) -> Iterator[None]:
    """Turn the errors of a database into a StoreError of one line that names the place and the remedy."""
    try:
        yield
    except (SQLAlchemyError, OSError, ImportError) as error:
        message = str(getattr(error, "orig", None) or error).partition("\n")[0]
        remedies = (remedy for words, remedy in REMEDIES.items() if words in message.lower())
        default = f"cannot be used ({shorten(hide_credentials(message))}): fix that or use another --workspace"
        raise StoreError(f"{place} {next(remedies, default)}") from error


class Database:
    """An open database, called `place` in messages; its errors are raised as a StoreError of one line.

    `location` is a file or an SQLAlchemy URL. A new database gets its folder and its tables, an older one is migrated.
    Up to `pool_size` connections to a server stay open for later transactions; each is tested before it is used. Raises
    StoreError if it cannot be opened, is no leaderboard's database, or was written by a newer version.
    """

    def __init__(self, location: str | Path, pool_size: int = 0) -> None:
        with store_errors("the database's URL"):
            text = str(location)
            url = _parse_url(text) if "://" in text else URL.create("sqlite", database=text)
        sqlite = url.get_backend_name() == "sqlite"
        self.place = shorten(url.database or "" if sqlite else hide_credentials(url.render_as_string()))
        with store_errors(self.place):
            self.engine = _sqlite(url) if sqlite else _server(url, pool_size)
            self.is_read_only = sqlite and not is_writable(Path(url.database or ""))
            self._open_tables()

    def _open_tables(self) -> None:
        """Create or upgrade the tables where they are missing or old."""
        try:
            version = _stored_version(self.engine, self.place)
            if version != SCHEMA_VERSION and not (self.is_read_only and version in READABLE_VERSIONS):
                _upgrade(self.engine, self.place)
        except UnicodeDecodeError as error:  # the name of a table
            raise StoreError(f"{self.place} {DAMAGED}") from error

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()

    @contextmanager
    def read_transaction(self) -> Iterator[Connection]:
        """Open a connection for reading; damaged values raise StoreError too."""
        try:
            with store_errors(self.place), self.engine.connect() as connection:
                yield connection
        except (ValueError, TypeError, AttributeError, EOFError, zlib.error) as error:
            raise StoreError(f"{self.place} {DAMAGED}") from error

    @contextmanager
    def write_transaction(self) -> Iterator[Connection]:
        """Open a write transaction, which is committed if the block raises nothing."""
        with store_errors(self.place), write_transaction(self.engine) as connection:
            yield connection


def _parse_url(text: str) -> URL:
    try:
        return make_url(text)
    except ValueError:  # its message may have the password
        raise StoreError(
            "the database's URL has no number as port: write a / or @ of a password as %2F or %40"
        ) from None


def write_transaction(engine: Engine) -> AbstractContextManager[Connection]:
    """Open a write transaction (BEGIN IMMEDIATE on SQLite), so that it cannot fail with SQLITE_BUSY half-way."""
    return engine.execution_options(writes=True).begin()


def _sqlite(url: URL) -> Engine:
    file = url.database
    if not file or file == ":memory:":
        raise StoreError("a leaderboard in memory would be lost: name a file")
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    require_files(path)
    how: dict[str, Any] = {"connect_args": {"timeout": LOCK_TIMEOUT_S}}
    if path.exists() and not is_writable(path):
        how = {"creator": connect_read_only(path, LOCK_TIMEOUT_S)}
    engine = create_engine(url, poolclass=NullPool, json_serializer=to_json, **how)
    event.listen(engine, "connect", _disable_driver_transactions)
    event.listen(engine, "begin", _begin)
    return engine


def _disable_driver_transactions(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _server(url: URL, pool_size: int) -> Engine:
    pool: dict[str, Any] = {"poolclass": NullPool}
    if pool_size:
        pool = {"pool_size": pool_size, "max_overflow": -1, "pool_pre_ping": True}
    arguments = POSTGRESQL if url.get_backend_name() == "postgresql" else {}
    return create_engine(url, json_serializer=to_json, connect_args=arguments, **pool)


def _stored_version(engine: Engine, place: str) -> str | None:
    """Return the version of the tables, None for an empty database; StoreError for an unknown version."""
    try:
        version, is_empty = _read_version(engine)
    except ProgrammingError:  # another process has just moved the version to its new table
        version, is_empty = _read_version(engine)
    if is_empty:
        return None
    if version is None:
        raise StoreError(f"{place} {REMEDIES['not a database']}")
    if not version.isdecimal() or not 1 <= int(version) <= int(SCHEMA_VERSION):
        age = "an older" if version == "0" else "a newer"
        raise StoreError(
            f"{place} was written by {age} landmark (schema {shorten(version)}; this one writes {SCHEMA_VERSION}): "
            "move it away or use another --workspace"
        )
    return version


def _read_version(engine: Engine) -> tuple[str | None, bool]:
    """Return the stored version, if any, and whether the database has no tables at all."""
    with engine.connect() as connection:
        is_empty = not inspect(connection).get_table_names()
        return (None if is_empty else schema_version(connection)), is_empty


def _upgrade(engine: Engine, place: str) -> None:
    if engine.dialect.name == "sqlite" and not on_network_disk(Path(engine.url.database or "")):
        _enable_write_ahead_log(engine)
    try:
        with write_transaction(engine) as connection:
            upgrade_schema(connection)
    except SQLAlchemyError:
        if _stored_version(engine, place) != SCHEMA_VERSION:  # else another process has upgraded it
            raise


def _enable_write_ahead_log(engine: Engine) -> None:
    """Turn on SQLite's write-ahead log if possible; without it readers and writers block each other."""
    with closing(engine.raw_connection()) as connection, suppress(sqlite3.OperationalError):
        connection.cursor().execute("PRAGMA journal_mode=WAL")


def on_network_disk(path: Path) -> bool:
    """Whether a path is on a network file system, where a write-ahead log would break; False if that is unknown."""
    path = path.resolve()
    with suppress(OSError, ValueError):
        mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
        around = [(len(mount), kind) for mount, kind in mounts if path.is_relative_to(mount)]
        return max(around)[1] in NETWORK_MOUNTS
    return False
