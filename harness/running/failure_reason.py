"""Why a run failed, in one line: what the solution raised, and where."""

import errno
import sys
import traceback
from pathlib import Path
from tempfile import gettempdir

from harness.errors import HarnessError
from harness.sandbox.audit_hook import refusal
from harness.sandbox.restriction import is_restricted

_LIBRARY = {"site-packages", f"python{sys.version_info.major}.{sys.version_info.minor}"}  # path parts of installed code
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EXDEV)  # errors of the sandbox
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def failure_reason(error: BaseException) -> str:
    """Return the error in one line, with the line of the solution that raised it."""
    if isinstance(error, HarnessError):
        return str(error)
    if isinstance(error, SystemExit):
        return f"it called exit({error.code})"
    if isinstance(error, OSError) and error.errno in _REFUSED and error.filename is not None and is_restricted():
        return _refused_access(str(error.filename))
    if isinstance(error, OSError) and error.errno in _DISK:
        return f"{error.filename or 'the workspace'}: {error.strerror}; make room, or choose another workspace"
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((f for f in reversed(frames) if not _LIBRARY & set(Path(f.filename).parts)), frames[-1])
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text} ({Path(frame.filename).name}, line {frame.lineno})"


def _refused_access(path: str) -> str:
    try:
        with open(path, "rb"):
            pass
    except PermissionError:
        return refusal(path)
    except OSError:
        pass
    return f"{path}: a solution may write only to {gettempdir()}, which TMPDIR names (--sandbox off allows all)"
