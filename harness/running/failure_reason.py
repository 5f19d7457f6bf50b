"""Why a run failed, in one line: what the solution raised, and where."""

import errno
import sys
import traceback
from pathlib import Path

from harness.errors import HarnessError
from harness.place_errors import explain_os_error
from harness.sandbox.refused_access import refused_access

_LIBRARY = {"site-packages", f"python{sys.version_info.major}.{sys.version_info.minor}"}  # path parts of installed code
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def failure_reason(error: BaseException) -> str:
    """Return the error in one line, with the line of the solution that raised it."""
    if isinstance(error, HarnessError):
        return str(error)
    if isinstance(error, SystemExit):
        return f"it called exit({error.code})"
    refused = refused_access(error)
    if isinstance(error, OSError) and error.errno in _DISK and not refused:
        return explain_os_error(error)
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((f for f in reversed(frames) if not _LIBRARY & set(Path(f.filename).parts)), frames[-1])
    text = refused or f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    return f"{text} ({Path(frame.filename).name}, line {frame.lineno})"
