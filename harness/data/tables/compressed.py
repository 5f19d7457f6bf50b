"""Files as they are or packed by gzip or zip, read as a stream of bytes; refused in one line."""

from __future__ import annotations

import gzip
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from harness.errors import DataError

_GZIP, _ZIP = b"\x1f\x8b", b"PK"
_LOCKED = 1  # the flag of a member that needs a password
_BOMB = 1 << 28  # bytes that any packed file may hold
_PACKED = 200  # times its own size that a larger one may hold; tables of ids pack two to five times
_BROKEN = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError)


@contextmanager
def open_decompressed(path: Path) -> Iterator[ByteStream]:
    """Give the bytes of a file, unpacked where it begins as a gzip or zip file does.

    Raises DataError for what is no file, cannot be read or unpacked, or unpacks to no end; and for a zip file that
    holds other than one file.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise DataError(f"{path}: is not a file; a CSV table is needed there")
        with path.open("rb") as file:
            begin = file.read(2)
            file.seek(0)
            if begin == _GZIP:
                with gzip.open(file) as opened:
                    yield ByteStream(path, opened, "gzip")
            elif begin == _ZIP:
                with _only_member(path, file) as opened:
                    yield ByteStream(path, opened, "zip")
            else:
                yield ByteStream(path, file, "")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None


class ByteStream:
    """Bytes that are read in order; `packed` is gzip, zip or nothing."""

    def __init__(self, path: Path, file: IO[bytes] | gzip.GzipFile, packed: str) -> None:
        self.path, self.compression, self._file = path, packed, file
        self._room = max(_BOMB, _PACKED * os.stat(path).st_size)

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `size`; none at the end."""
        if not self.compression:
            return self._file.read(size)
        try:
            found = self._file.read(size)
        except _BROKEN as error:
            raise DataError(f"{self.path}: is a damaged {self.compression} file ({error}); pack it again") from None
        self._room -= len(found)
        if self._room < 0:
            raise DataError(f"{self.path}: unpacks to more than {_PACKED} times its size; is this a table?")
        return found


@contextmanager
def _only_member(path: Path, file: IO[bytes]) -> Iterator[IO[bytes]]:
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(file))
            members = [each for each in archive.infolist() if not each.is_dir() and not _beside(each.filename)]
            locked = any(each.flag_bits & _LOCKED for each in members)
            opened = None if locked or len(members) != 1 else stack.enter_context(archive.open(members[0]))
        except _BROKEN as error:
            raise DataError(f"{path}: is a damaged zip file ({error}); pack it again") from None
        if locked:
            raise DataError(f"{path}: is locked with a password; pack the table without one")
        if opened is None:
            raise DataError(f"{path}: holds {len(members)} files; pack one table, and nothing else")
        yield opened


def _beside(name: str) -> bool:
    """Tell whether it is what a Mac puts beside the file itself."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] == ".DS_Store"
