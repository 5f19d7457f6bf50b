"""Read plain, gzip and zip files as streams of bytes. Every error is one line."""

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
_LOCKED = 1  # flag of an encrypted member
_METHODS = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED  # whose members are decompressed a little at a time
_BOMB = 1 << 28  # bytes that any file may decompress to
_LARGEST_RATIO = 200  # of decompressed to compressed size beyond that; tables of ids have 2 to 5
_BROKEN = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, IndexError)


@contextmanager
def open_decompressed(path: Path) -> Iterator[ByteStream]:
    """Yield the bytes of a file, decompressed if it begins like a gzip or zip file.

    Raises DataError for a file that cannot be read or decompressed, for a decompression bomb, and for a zip archive
    that does not hold exactly one file.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise DataError(f"{path}: is not a file; a CSV table is needed there")
        with path.open("rb") as file:
            start = file.read(2)
            file.seek(0)
            if start == _GZIP:
                with gzip.open(file) as opened:
                    yield ByteStream(path, opened, "gzip")
            elif start == _ZIP:
                with _only_member(path, file) as opened:
                    yield ByteStream(path, opened, "zip")
            else:
                yield ByteStream(path, file, "")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None


class ByteStream:
    """Decompressed bytes; `compression` is "gzip", "zip" or empty."""

    def __init__(self, path: Path, file: IO[bytes] | gzip.GzipFile, compression: str) -> None:
        self.path, self.compression, self._file = path, compression, file
        self._bytes_left = max(_BOMB, _LARGEST_RATIO * os.stat(path).st_size)

    def read(self, size: int) -> bytes:
        """Return at most `size` next bytes, none at the end."""
        if not self.compression:
            return self._file.read(size)
        try:
            data = self._file.read(size)
        except _BROKEN as error:
            raise DataError(f"{self.path}: is a damaged {self.compression} file ({error}); pack it again") from None
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise DataError(f"{self.path}: decompresses to more than {_LARGEST_RATIO} times its size; is this a table?")
        return data


@contextmanager
def _only_member(path: Path, file: IO[bytes]) -> Iterator[IO[bytes]]:
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(file))
            files = [member for member in archive.infolist() if not member.is_dir()]
            members = [member for member in files if not _is_mac_metadata(member.filename)]
            locked = any(member.flag_bits & _LOCKED for member in members)
            other_method = any(member.compress_type not in _METHODS for member in members)
            is_readable = len(members) == 1 and not locked and not other_method
            opened = stack.enter_context(archive.open(members[0])) if is_readable else None
        except _BROKEN as error:
            raise DataError(f"{path}: is a damaged zip file ({error}); pack it again") from None
        if locked:
            raise DataError(f"{path}: is encrypted; pack the table without one")
        if other_method:
            raise DataError(f"{path}: is not compressed in the usual way of zip (deflate); pack it again, or use gzip")
        if opened is None:
            raise DataError(f"{path}: holds {len(members)} files; pack one table, and nothing else")
        yield opened


def _is_mac_metadata(name: str) -> bool:
    """Return whether macOS added this member to the archive."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] == ".DS_Store"
