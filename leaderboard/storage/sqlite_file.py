"""Connections to an SQLite file: for writing, or for reading where its folder cannot be written."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from stat import S_ISREG
from tempfile import TemporaryDirectory
from urllib.parse import quote

from leaderboard.errors import StoreError
from leaderboard.safe_text import shorten

Connect = Callable[[], sqlite3.Connection]
COMPANIONS = ("-wal", "-shm", "-journal")  # files that SQLite writes beside a database


def require_files(file: Path) -> None:
    """Raise StoreError if a folder, a pipe or a device is in the place of a database or of its companions."""
    for path in (file, *(file.with_name(file.name + suffix) for suffix in COMPANIONS)):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            continue
        if not S_ISREG(mode):
            raise StoreError(
                f"{shorten(str(path))} is a folder or no regular file: move it away, or use another --workspace"
            )


def is_writable(file: Path) -> bool:
    """Return whether a database can be written, or created."""
    return os.access(file.parent, os.W_OK) and (not file.exists() or os.access(file, os.W_OK))


def connect_read_only(file: Path, timeout_s: float) -> Connect:
    """Return a function that opens a database for reading, without writing any file beside it.

    Beside a writer, SQLite uses its files. Without one, it would have to write to read a write-ahead log that was left
    over, so a copy of database and log is read.
    """
    uri = f"file:{quote(str(file.absolute()))}"
    plain = _opener(f"{uri}?mode=ro", timeout_s)
    if file.with_name(f"{file.name}-shm").exists() and _can_read(plain):
        return plain
    log = file.with_name(f"{file.name}-wal")
    if not log.exists() or not log.stat().st_size:
        return _opener(f"{uri}?immutable=1", timeout_s)
    return _copied(file, log, timeout_s)


def _opener(uri: str, timeout_s: float) -> Connect:
    return lambda: sqlite3.connect(uri, uri=True, timeout=timeout_s)


def _can_read(connect: Connect) -> bool:
    try:
        with closing(connect()) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        return False
    return True


def _copied(file: Path, log: Path, timeout_s: float) -> Connect:
    """Return a function that opens a copy in memory, which has the entries of the log."""
    with TemporaryDirectory(prefix="landmark-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "leaderboard.db"
        shutil.copyfile(file, copy)
        shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
        with closing(sqlite3.connect(copy, timeout=timeout_s)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # a database in memory has no log
            content = connection.serialize()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:")
        connection.deserialize(content)
        connection.execute("PRAGMA query_only = 1")
        return connection

    return connect
