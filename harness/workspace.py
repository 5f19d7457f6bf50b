"""The workspace: the folder of descriptors, runs, folds, studies and the leaderboard's database."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from harness.atomic_files import write_atomically
from harness.errors import WorkspaceError
from harness.open_processes import enter_workspace
from harness.regular_file import read_json

VARIABLE = "LANDMARK_WORKSPACE"
_KERNELS = "LANDMARK_KERNEL_FALLBACK"  # of metrics.kernel_folders, which takes longer to import
_FORMAT = 1


@dataclass(frozen=True)
class Workspace:
    """An existing workspace in the format of this version; it may be only readable."""

    folder: Path

    @classmethod
    def open(cls, folder: Path | None = None) -> "Workspace":
        """Return the workspace in `folder`, else in LANDMARK_WORKSPACE, else in `~/.landmark`; create it if missing.

        What killed processes left in it is removed, see `harness.open_processes`. Raises WorkspaceError if the folder
        cannot be created or read, or has another format.
        """
        chosen = folder or Path(os.environ.get(VARIABLE) or "~/.landmark")
        try:
            chosen = chosen.expanduser().absolute()
            chosen.mkdir(parents=True, exist_ok=True)
            version = _read_format(chosen)
        except (OSError, ValueError, RuntimeError) as error:
            raise WorkspaceError(f"{chosen}: {_problem(error, chosen)}") from None
        if version != _FORMAT:
            raise WorkspaceError(
                f"{chosen}: was made by another version of landmark (format {version!r:.20}, this one has {_FORMAT}); "
                "move it elsewhere, or choose another workspace by --workspace; if it was not, delete workspace.json"
            )
        os.environ.setdefault(_KERNELS, str(chosen / "kernels"))  # where compiled code goes if nothing else is writable
        enter_workspace(chosen)
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
        """Return the folder of a run, which may not exist yet."""
        return self.folder / "runs" / competition / key

    def folds_file(self, competition: str) -> Path:
        """Return the CSV file of a competition's folds, which may not exist yet."""
        return self.folder / "folds" / f"{competition}.csv"

    def study_file(self, name: str) -> Path:
        """Return the JSON file of a parameter search, which may not exist yet."""
        return self.folder / "studies" / f"{name}.json"


def _problem(error: Exception, folder: Path) -> str:
    """Return why a folder cannot be a workspace, and the remedy."""
    if isinstance(error, RuntimeError):
        return f"there is no such home directory; choose another by --workspace or {VARIABLE}"
    reason = getattr(error, "strerror", None) or str(error)
    file = str(getattr(error, "filename", None) or folder)
    if file.startswith(str(folder / "workspace.json")):
        return f"cannot be used as workspace: workspace.json in it cannot be read ({reason}); mend or remove that"
    return f"cannot be used as workspace: {reason}; choose another by --workspace or {VARIABLE}"


def _read_format(folder: Path) -> object:
    """Return the format of a workspace; write the file that holds it if it is missing or damaged.

    Raises OSError if that cannot be read or written, but not for a workspace with entries that is only readable.
    """
    mark = folder / "workspace.json"
    try:
        return read_json(mark, 1000)["format"]
    except FileNotFoundError:
        if not os.access(folder, os.W_OK) and (folder / "leaderboard.db").exists():
            return _FORMAT
    except (ValueError, KeyError, TypeError):
        pass  # damaged
    write_atomically(mark, json.dumps({"format": _FORMAT}))
    return _FORMAT
