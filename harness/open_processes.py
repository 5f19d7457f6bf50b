"""Which processes have a workspace open, so that the next one notices those that were killed and cleans up after them.

Each process puts an empty file into the folder `.processes` of the workspace, and removes it when it ends.
"""

import atexit
import os
from contextlib import suppress
from pathlib import Path

from harness.shared_memory import remove_shared_memory
from harness.temporary_files import (
    abandoned_entries,
    process_of,
    remove_abandoned,
    remove_all_abandoned,
    temporary_sibling,
)

_FOLDER = ".processes"
_opened: set[tuple[int, Path]] = set()  # by this process; a forked one has another number


def enter_workspace(workspace: Path) -> None:
    """Note that this process has a workspace open; clean up if another that had it open was killed.

    It then deletes temporary files of dead processes in the whole workspace, and their shared memory. It does nothing
    where the workspace cannot be written.
    """
    if (os.getpid(), workspace) in _opened:
        return
    _opened.add((os.getpid(), workspace))
    with suppress(OSError):
        folder = workspace / _FOLDER
        folder.mkdir(exist_ok=True)
        dead = abandoned_entries(folder)
        mark = temporary_sibling(folder / "open")
        mark.touch(exist_ok=False)
        atexit.register(_leave, mark, os.getpid())
        if dead:
            for entry in dead:
                remove_shared_memory(process_of(entry.name), entry.stat(follow_symlinks=False).st_mtime)
            remove_all_abandoned(workspace)
            remove_abandoned(folder)


def open_workspaces() -> list[Path]:
    """Return the workspaces that this process has opened."""
    return [workspace for process, workspace in _opened if process == os.getpid()]


def _leave(mark: Path, process: int) -> None:
    if os.getpid() == process:
        with suppress(OSError):
            mark.unlink()
