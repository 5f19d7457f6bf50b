"""Shared memory: its removal after processes that were killed, and the silence of joblib where there is none.

joblib and loky name what they have in shared memory by the process.
"""

import os
import re
import shutil
import warnings
from contextlib import suppress
from pathlib import Path

FOLDER = Path("/dev/shm")  # noqa: S108 (where Linux has shared memory)
_NAME = re.compile(r"(?:joblib_memmapping_folder_|sem\.loky-|loky-)(\d+)[_-].*")


def remove_shared_memory(process: int, since: float, folder: Path = FOLDER) -> None:
    """Delete what a dead process left in shared memory after a time (seconds since the epoch), if it is this user's."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            match = _NAME.fullmatch(entry.name)
            if match is None or int(match[1]) != process:
                continue
            status = entry.stat(follow_symlinks=False)
            if status.st_uid == os.getuid() and status.st_mtime >= since:
                _remove(Path(entry.path))


def ignore_missing_shared_memory() -> None:
    """Let joblib say nothing if there is no shared memory: it works in one thread then, which changes no result."""
    warnings.filterwarnings("ignore", message=".*joblib will operate in serial mode", category=UserWarning)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
