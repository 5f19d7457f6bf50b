"""The folder of a run, in which its solution may have left anything: links, pipes, folders, files of any size.

Nothing in it is opened through a link, and nothing is written to it before what is there is removed.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from shutil import rmtree

from harness.supervision.bounded_log import MAX_BYTES

OUTCOME, ANSWER, SUBMISSION, LOG, JOB, CHUNKS, LOCK = (
    "outcome.json", "answer.npz", "submission.csv", "log.txt", "task.json", "chunks", "run.lock"
)  # fmt: skip
_MAX_LOG = 2 * MAX_BYTES + 1000


class RunFileError(ValueError):
    """A file of a run's folder is not what a run leaves there; the text names it and says why."""


@contextmanager
def open_run_file(path: Path, max_bytes: int) -> Iterator[BufferedReader]:
    """Yield a file of a run's folder; RunFileError for a link, for anything but a file, and for a larger one."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise RunFileError(f"{path.name}: {error.strerror}") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        os.close(descriptor)
        raise RunFileError(f"{path.name} is not a file of its own")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size > max_bytes:
            raise RunFileError(f"{path.name} has {status.st_size} bytes; at most {max_bytes} are possible")
        yield file


def remove_all(folder: Path, *, but: frozenset[str]) -> None:
    """Remove everything from a run's folder except regular files, and the folder of chunks, with the names `but`."""
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.name in but and (_is_own_file(entry) or (entry.name == CHUNKS and _is_folder(entry))):
                continue
            _remove(Path(entry.path))


def create_log(folder: Path) -> int:
    """Return the descriptor of a new, empty log, for reading and writing."""
    path = folder / LOG
    _remove(path)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)


def restore_log(folder: Path, descriptor: int) -> None:
    """Put the log that was written to a descriptor into its place again, if the solution has changed its file."""
    path = folder / LOG
    with suppress(OSError):
        if os.fstat(descriptor).st_size > _MAX_LOG:
            os.ftruncate(descriptor, _MAX_LOG)
        if not _is_same(path, descriptor):
            content = os.pread(descriptor, _MAX_LOG, 0)
            copy = create_log(folder)
            with os.fdopen(copy, "wb") as file:
                file.write(content)


def _is_same(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.lstat(path), os.fstat(descriptor)) and os.fstat(descriptor).st_nlink == 1
    except OSError:
        return False


def _is_own_file(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) and os.lstat(entry.path).st_nlink == 1


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _remove(path: Path) -> None:
    """Remove a file, a link or a folder with all in it; a folder without permissions stays."""
    if path.is_dir() and not path.is_symlink():
        with suppress(RecursionError):
            rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)
