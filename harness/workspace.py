"""The workspace: the folder of descriptors, runs, folds, studies and the leaderboard's database."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from harness.atomic_files import write_atomically
from harness.errors import WorkspaceError

VARIABLE = "LANDMARK_WORKSPACE"
_FORMAT = 1


@dataclass(frozen=True)
class Workspace:
    """An existing, writable workspace in the format of this version."""

    folder: Path

    @classmethod
    def open(cls, folder: Path | None = None) -> "Workspace":
        """Return the workspace in `folder`, else in LANDMARK_WORKSPACE, else in `~/.landmark`; create it if missing.

        Raises WorkspaceError if the folder cannot be created or written, is damaged, or has another format.
        """
        chosen = folder or Path(os.environ.get(VARIABLE) or Path.home() / ".landmark")
        try:
            chosen = chosen.expanduser().absolute()
            mark = chosen / "workspace.json"
            chosen.mkdir(parents=True, exist_ok=True)
            if not mark.exists():
                write_atomically(mark, json.dumps({"format": _FORMAT}))
            version = json.loads(mark.read_text(encoding="utf-8"))["format"]
        except OSError as error:
            raise WorkspaceError(
                f"{chosen}: cannot be used as workspace: {error.strerror}; choose another by --workspace or {VARIABLE}"
            ) from None
        except RuntimeError:
            raise WorkspaceError(
                f"{chosen}: there is no such home directory; choose another by --workspace or {VARIABLE}"
            ) from None
        except (ValueError, KeyError, TypeError):
            raise WorkspaceError(f"{mark}: is damaged; delete it, or choose another workspace by --workspace") from None
        if version != _FORMAT:
            raise WorkspaceError(
                f"{chosen}: was made by another version of landmark (format {version!r:.20}, this one has {_FORMAT}); "
                "move it elsewhere, or choose another workspace by --workspace"
            )
        return cls(chosen)

    @property
    def database(self) -> Path:
        """Return the file of the leaderboard's database."""
        return self.folder / "leaderboard.db"

    @property
    def descriptors(self) -> Path:
        """Return the folder of the descriptor store."""
        return self.folder / "descriptors"

    @property
    def register(self) -> Path:
        """Return the JSON file that lists the solutions added from files."""
        return self.folder / "solutions.json"

    def run_folder(self, competition: str, key: str) -> Path:
        """Return the folder of a run; create it if missing."""
        return self._make_folder("runs", competition, key)

    def folds_file(self, competition: str) -> Path:
        """Return the CSV file of a competition's folds, which may not exist yet."""
        return self._make_folder("folds") / f"{competition}.csv"

    def study_file(self, name: str) -> Path:
        """Return the JSON file of a parameter search, which may not exist yet."""
        return self._make_folder("studies") / f"{name}.json"

    def _make_folder(self, *parts: str) -> Path:
        path = self.folder.joinpath(*parts)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                f"{path}: cannot be created: {error.strerror}; choose another by --workspace"
            ) from None
        return path
