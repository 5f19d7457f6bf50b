"""The folder that holds everything the harness makes: descriptors, runs, folds, and the leaderboard's database."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from harness.atomic_files import write_whole
from harness.errors import WorkspaceError

VARIABLE = "LANDMARK_WORKSPACE"
_FORMAT = 1


@dataclass(frozen=True)
class Workspace:
    """A workspace that exists, can be written and has the format of this version."""

    folder: Path

    @classmethod
    def open(cls, folder: Path | None = None) -> "Workspace":
        """Return the workspace at a folder, else at LANDMARK_WORKSPACE, else at `~/.landmark`; made where missing."""
        chosen = folder or Path(os.environ.get(VARIABLE) or Path.home() / ".landmark")
        try:
            chosen = chosen.expanduser().absolute()
            mark = chosen / "workspace.json"
            chosen.mkdir(parents=True, exist_ok=True)
            if not mark.exists():
                write_whole(mark, json.dumps({"format": _FORMAT}))
            found = json.loads(mark.read_text(encoding="utf-8"))["format"]
        except OSError as error:
            raise WorkspaceError(
                f"{chosen}: cannot be used as workspace: {error.strerror}; choose another by --workspace or {VARIABLE}"
            ) from None
        except RuntimeError:
            raise WorkspaceError(f"{chosen}: names a home that nobody has; choose another workspace") from None
        except (ValueError, KeyError, TypeError):
            raise WorkspaceError(
                f"{mark}: is damaged; move it away, or choose another workspace by --workspace"
            ) from None
        if found != _FORMAT:
            raise WorkspaceError(
                f"{chosen}: was made by another version of landmark (format {found!r:.20}, this one has {_FORMAT}); "
                "move it away, or choose another workspace by --workspace"
            )
        return cls(chosen)

    @property
    def database(self) -> Path:
        """Return the file of the leaderboard."""
        return self.folder / "leaderboard.db"

    @property
    def descriptors(self) -> Path:
        """Return the folder of the descriptor store."""
        return self.folder / "descriptors"

    @property
    def register(self) -> Path:
        """Return the list of solutions added from files."""
        return self.folder / "solutions.json"

    def run(self, competition: str, key: str) -> Path:
        """Return the folder of a run, made where missing."""
        return self._made("runs", competition, key)

    def folds(self, competition: str) -> Path:
        """Return the table of a competition's folds; it may not exist yet."""
        return self._made("folds") / f"{competition}.csv"

    def study(self, name: str) -> Path:
        """Return the file of a search for parameters; it may not exist yet."""
        return self._made("studies") / f"{name}.json"

    def _made(self, *parts: str) -> Path:
        path = self.folder.joinpath(*parts)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(f"{path}: cannot be made: {error.strerror}; choose another by --workspace") from None
        return path
