"""Errors of the place: a full disk, a folder that cannot be written, too many open files; with the remedy."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.open_processes import open_workspaces

_FULL = errno.ENOSPC, errno.EDQUOT
_UNWRITABLE = errno.EROFS, errno.EACCES, errno.EPERM
_REPLACED = errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.EINVAL, errno.ENXIO, errno.EEXIST
_REMEDIES = {
    errno.EMFILE: "raise the limit of open files (ulimit -n 1024)",
    errno.ENFILE: "end other programs, or raise the limit of open files of this machine",
    errno.ENOMEM: "end other programs, use fewer cores (--jobs), or raise the limit of memory",
    errno.EAGAIN: "end other programs, use fewer cores (--jobs), or raise the limit of processes (ulimit -u)",
    errno.EIO: "check the disk",
    errno.ESTALE: "mount that folder again",
}


@contextmanager
def name_file(path: Path) -> Iterator[None]:
    """Let an OSError without a file, such as that of a full disk, name a path."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


def explain_os_error(error: OSError) -> str:
    """Return what could not be read or written, why, and the remedy, in one line.

    >>> explain_os_error(OSError(24, "Too many open files"))
    'Too many open files; raise the limit of open files (ulimit -n 1024)'
    """
    file = error.filename if error.filename2 is None else error.filename2
    name = os.fsdecode(file) if isinstance(file, str | bytes | os.PathLike) else ""
    if not name and error.errno in _FULL:
        place = "".join(f" of {each}" for each in open_workspaces()[:1])
        return f"a file{place} or standard output: {error.strerror}; make room on its disk, or choose another place"
    problem = ": ".join(filter(None, [name, error.strerror or str(error) or type(error).__name__]))
    remedy = _remedy(error.errno or 0, name)
    return f"{problem}; {remedy}" if remedy else problem


def _remedy(number: int, file: str) -> str:
    workspace = next((each for each in open_workspaces() if file.startswith(str(each))), None)
    other = "choose another workspace by --workspace" if workspace or not file else "name another file"
    if "/.landmark." in file:
        other = "set TMPDIR to another folder"
    if number in _FULL:
        return f"make room on its disk{_room(file or str(workspace or ''))}, or {other}"
    if number in _UNWRITABLE and file:
        return f"allow access to it, or {other}"
    if number in _REPLACED and workspace:
        return "move it away and run again"
    return _REMEDIES.get(number, "")


def _room(file: str) -> str:
    """Return how much room the disk of a file has, as an addition to a sentence; empty if that is unknown."""
    path = Path(file or ".")
    try:
        while not path.exists():
            path = path.parent
        free = os.statvfs(path)
    except (OSError, AttributeError):
        return ""
    return f" ({free.f_bavail * free.f_frsize // 1000} kB are free)"
