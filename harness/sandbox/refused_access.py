"""What to tell a user whose solution was refused a file by the sandbox."""

import errno
import os
from tempfile import gettempdir

from harness.sandbox.audit_hook import refusal
from harness.sandbox.restriction import has_read_only_mounts, is_restricted

_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EXDEV)


def refused_access(error: BaseException) -> str:
    """Return a line about the file that the sandbox refused; "" for any other error, and in a process without one."""
    if not isinstance(error, OSError) or error.errno not in _REFUSED or not is_restricted():
        return ""
    path = error.filename
    if not isinstance(path, str | bytes):
        return ""
    if error.errno == errno.EACCES and (_is_unreadable(path) or not _is_known(path)):
        return refusal(os.fsdecode(path))
    return f"{os.fsdecode(path)}: a solution may write only to {_temporary()} (landmark run --sandbox off allows all)"


def _is_unreadable(path: str | bytes) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    except PermissionError:
        return True
    except OSError:
        pass
    return False


def _is_known(path: str | bytes) -> bool:
    """Return whether the file was not named beside a folder's descriptor: its path leads to a file or is absolute."""
    return os.path.isabs(path) or os.path.lexists(path) or not has_read_only_mounts()


def _temporary() -> str:
    try:
        return f"{gettempdir()}, which TMPDIR names"
    except OSError:
        return "the folder in TMPDIR"
