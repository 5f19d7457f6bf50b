"""Files on their way in: written as they come, whole at the end or not there at all."""

from __future__ import annotations

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

from harness.web.team.refusals import refused
from leaderboard.team.submissions import is_id

RESERVE = 1 << 28  # bytes of the disk that uploads leave free for everything else
_PART = ".part"
_FORGOTTEN_S = 3600.0  # after which a file that belongs to nothing is thrown away


@dataclass(frozen=True)
class Received:
    """A file that came whole: its id, its SHA-256 and its bytes."""

    id: str
    digest: str
    size: int


class Uploads:
    """The folder of the files that teams have handed in, each named by the id of its submission."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, submission_id: str) -> Path:
        """Return where the file of a submission lies; KeyError for what is no id."""
        if not is_id(submission_id):
            raise KeyError(submission_id)
        return self.folder / submission_id

    def begin(self) -> Incoming:
        """Return a new file to write to; raises a refusal where the disk has no room for one of the largest."""
        if shutil.disk_usage(self.folder).free < self.limit + RESERVE:
            raise full()
        try:
            return Incoming(self.path(token_hex(16)), self.limit)
        except OSError:
            raise full() from None

    def drop(self, submission_id: str) -> None:
        """Throw a file away."""
        self.path(submission_id).unlink(missing_ok=True)

    def sweep(self, known: Collection[str]) -> None:
        """Throw away what a server that was killed has left: parts, and files of no known submission."""
        for path in self.folder.iterdir():
            if path.name not in known:
                with suppress(FileNotFoundError):
                    if time.time() - path.stat().st_mtime > _FORGOTTEN_S:
                        path.unlink()


class Incoming:
    """A file that is being received. Its methods wait for the disk, so no event loop may call them."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path, self._limit = path, limit
        self._digest, self._size = sha256(), 0
        self._part = path.with_name(path.name + _PART)
        self._file: BinaryIO = self._part.open("xb")

    def write(self, data: bytes) -> None:
        """Take the next bytes; raises a refusal where they are too many, or find no room."""
        self._size += len(data)
        if self._size > self._limit:
            raise too_large(self._limit)
        self._digest.update(data)
        try:
            self._file.write(data)
        except OSError:
            raise full() from None

    def end(self) -> Received:
        """Return the file, which is now whole and kept."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.rename(self._path)
        except OSError:
            raise full() from None
        return Received(self._path.name, self._digest.hexdigest(), self._size)

    def drop(self) -> None:
        """Throw away what has come, unless it is whole."""
        with suppress(OSError):
            self._file.close()
        self._part.unlink(missing_ok=True)


def full() -> Exception:
    """Return the refusal of a disk without room."""
    return refused(507, "the server's disk is full; nothing of the file was kept, tell who runs the server")


def too_large(limit: int) -> Exception:
    """Return the refusal of more bytes than may be handed in."""
    return refused(413, f"a file may have at most {limit / 1e6:g} MB here; pack it by gzip, or hand in less")
