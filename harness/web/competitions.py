"""Find the competitions of a site: those of the given folders, and those that runs of the workspace used."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from time import monotonic

from harness.data.competition import Competition
from harness.errors import DataError
from harness.regular_file import read_json
from harness.running.run_folder import JOB
from harness.workspace import Workspace

_RETRY_S = 30  # after which a missing competition is looked up again


class CompetitionIndex:
    """Competitions by key, each opened once. Keys come from requests, so no path is built from them."""

    def __init__(self, workspace: Workspace, folders: Sequence[Path]) -> None:
        self._workspace, self._lock = workspace, Lock()
        opened = [Competition.open(folder, workspace.descriptors) for folder in folders]
        self.explicit = {competition.key: competition for competition in opened}
        self._opened: dict[str, Competition] = dict(self.explicit)
        self._missing_since: dict[str, float] = {}

    def find(self, key: str) -> Competition | None:
        """Return the competition whose tables have this key; None if they are gone or have changed."""
        with self._lock:
            if key not in self._opened and monotonic() - self._missing_since.get(key, -_RETRY_S) >= _RETRY_S:
                competition = self._find_by_runs(key)
                if competition is None:
                    self._missing_since[key] = monotonic()
                else:
                    self._opened[key] = competition
            return self._opened.get(key)

    def _find_by_runs(self, key: str) -> Competition | None:
        """Return the competition that runs under this key used, if its folder still has that key."""
        for folder in self._folders_of_runs(key):
            try:
                competition = Competition.open(folder, self._workspace.descriptors)
                if competition.key == key:
                    return competition
            except DataError:
                continue
        return None

    def _folders_of_runs(self, key: str) -> list[Path]:
        runs = self._workspace.folder / "runs"
        same_key = [folder for folder in (runs.iterdir() if runs.is_dir() else []) if folder.name == key]
        jobs = sorted(job for folder in same_key for job in folder.glob(f"*/{JOB}"))
        return list(dict.fromkeys(folder for job in jobs if (folder := _competition_folder(job))))


def _competition_folder(job: Path) -> Path | None:
    """Return the competition folder that a run's job file names; None if the file is damaged or of another version."""
    try:
        return Path(read_json(job)["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def describe_images(competition: Competition | None) -> str:
    """Return the numbers of images of each part as a phrase."""
    if competition is None:
        return "folder not found or changed: boards only, no photos"
    images = {"train": competition.train, "index": competition.index, "test": competition.queries}
    return ", ".join(f"{len(part)} {name}" for name, part in images.items() if len(part)) + " images"
