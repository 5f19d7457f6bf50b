"""The competitions of a site: in the folders that were named, and those that runs of the workspace were made on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from time import monotonic

from harness.data.competition import Competition
from harness.errors import DataError
from harness.running.outcome import TASK
from harness.workspace import Workspace

_AGAIN_S = 30  # after which a competition that was not found is looked for again


class Competitions:
    """Finds competitions by their keys, and opens each once. A key may come from anywhere: no path is made of it."""

    def __init__(self, workspace: Workspace, folders: Sequence[Path]) -> None:
        self._workspace, self._lock = workspace, Lock()
        named = [Competition.open(folder, workspace.descriptors) for folder in folders]
        self.named = {competition.key: competition for competition in named}
        self._found: dict[str, Competition] = dict(self.named)
        self._missed: dict[str, float] = {}

    def find(self, key: str) -> Competition | None:
        """Return the competition whose tables have this key, None where they are gone or have changed."""
        with self._lock:
            if key not in self._found and monotonic() - self._missed.get(key, -_AGAIN_S) >= _AGAIN_S:
                found = self._of_runs(key)
                if found is None:
                    self._missed[key] = monotonic()
                else:
                    self._found[key] = found
            return self._found.get(key)

    def _of_runs(self, key: str) -> Competition | None:
        """Return the competition that runs under this key were made on, if its folder still has that key."""
        for folder in self._folders_of(key):
            try:
                found = Competition.open(folder, self._workspace.descriptors)
                if found.key == key:
                    return found
            except DataError:
                continue
        return None

    def _folders_of(self, key: str) -> list[Path]:
        runs = self._workspace.folder / "runs"
        tasks = [task for each in _entries(runs) if each.name == key for task in each.glob(f"*/{TASK}")]
        return list(dict.fromkeys(folder for task in sorted(tasks) if (folder := _folder(task))))


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _folder(task: Path) -> Path | None:
    """Return the folder of the competition that a run's task names."""
    try:
        return Path(json.loads(task.read_text(encoding="utf-8"))["folder"])
    except (OSError, ValueError, KeyError, TypeError):  # cut off, or of another version
        return None
