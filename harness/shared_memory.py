"""Removing shared memory and semaphores of processes that were killed: joblib and loky name theirs by the process."""

import os
import re
import shutil
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


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
