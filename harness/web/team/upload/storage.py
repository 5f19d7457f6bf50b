"""Storage of uploaded files. An upload is streamed to a temporary file and renamed when it is complete."""

import os
import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from harness.web.error_pages import http_error
from leaderboard.team.submissions import is_submission_id

RESERVED_BYTES = 1 << 28  # bytes of free disk space that uploads do not use
_PART_SUFFIX = ".part"
_ORPHAN_AGE_S = 3600.0  # after which a file without a submission is deleted


@dataclass(frozen=True)
class ReceivedFile:
    """A complete upload: its id, SHA-256 in hexadecimal, and size in bytes."""

    id: str
    digest: str
    size: int


class PartialUpload:
    """A file that is being uploaded. Its methods block on disk I/O; do not call them in an event loop."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path, self._limit = path, limit
        self._digest, self._size = sha256(), 0
        self._part = path.with_name(path.name + _PART_SUFFIX)
        self._file: BinaryIO = self._part.open("xb")

    def write(self, data: bytes) -> None:
        """Append bytes. Raises HTTP 413 beyond the size limit, 507 if the disk is full."""
        self._size += len(data)
        if self._size > self._limit:
            raise file_too_large(self._limit)
        self._digest.update(data)
        try:
            self._file.write(data)
        except OSError:
            raise disk_full() from None

    def finish(self) -> ReceivedFile:
        """Flush the file to disk and move it to its final path. Raises HTTP 507 if the disk is full."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.rename(self._path)
        except OSError:
            raise disk_full() from None
        return ReceivedFile(self._path.name, self._digest.hexdigest(), self._size)

    def discard(self) -> None:
        """Delete the partial file; does nothing after `finish`."""
        with suppress(OSError):
            self._file.close()
        self._part.unlink(missing_ok=True)


class UploadFolder:
    """The folder of uploaded files, each named by the id of its submission."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, submission_id: str) -> Path:
        """Return the path of a submission's file. Raises KeyError if the id is malformed."""
        if not is_submission_id(submission_id):
            raise KeyError(submission_id)
        return self.folder / submission_id

    def create(self) -> PartialUpload:
        """Create a file to upload to. Raises HTTP 507 if the disk has no space for a file of the largest size."""
        if shutil.disk_usage(self.folder).free < self.limit + RESERVED_BYTES:
            raise disk_full()
        try:
            return PartialUpload(self.path(token_hex(16)), self.limit)
        except OSError:
            raise disk_full() from None

    def delete(self, submission_id: str) -> None:
        """Delete the file of a submission."""
        self.path(submission_id).unlink(missing_ok=True)

    def restore(self, submission_id: str, copy_id: str) -> None:
        """Put a file in the place of another with the same content if that was lost; delete it otherwise."""
        if self.path(submission_id).exists():
            self.delete(copy_id)
        else:
            self.path(copy_id).rename(self.path(submission_id))

    def delete_orphans(self, submission_ids: Collection[str]) -> None:
        """Delete old partial uploads and files of unknown submissions, left by a server that was killed."""
        for path in self.folder.iterdir():
            if path.name not in submission_ids:
                with suppress(FileNotFoundError):
                    if time.time() - path.stat().st_mtime > _ORPHAN_AGE_S:
                        path.unlink()


def disk_full() -> Exception:
    """Return the HTTP error 507."""
    return http_error(507, "the server's disk is full and the file was not saved; tell the administrator")


def file_too_large(limit: int) -> Exception:
    """Return the HTTP error 413."""
    return http_error(413, f"a file may have at most {limit / 1e6:g} MB; compress it with gzip or reduce it")
