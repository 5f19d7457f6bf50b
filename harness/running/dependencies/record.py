"""The dependencies of a finished run as they are stored in its folder: JSON, read with limits and checked."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from harness.atomic_files import write_atomically
from harness.running.dependencies.json_file import read_json
from harness.running.dependencies.libraries import Library

DEPENDENCIES = "dependencies.json"
_FORMAT = 1


@dataclass(frozen=True)
class FileState:
    """A file: the digest of its content, "" for a missing one, and what changes when it is written.

    `stat` has size, mtime, ctime and inode; it is empty for a missing file.
    """

    digest: str
    stat: tuple[int, ...] = ()


@dataclass(frozen=True)
class Dependencies:
    """What a run read besides images, tables and stores.

    Relative paths are relative to the folder in which the command was called: `folder`. A variable that is not set is
    None. `modules` are the files of top-level modules, found in the folders `search_path`; `absent` are modules that
    were looked up and not found, with the folders, () for `search_path`. `unknown` says why they cannot be compared.
    `plan` are the facts that were known before the run.
    """

    libraries: tuple[Library, ...] = ()
    files: Mapping[str, FileState] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    search_path: tuple[str, ...] = ()
    variables: Mapping[str, str | None] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    home: str = ""
    unknown: str = ""
    plan: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Return a digest of what was read, which does not depend on times and inodes."""
        libraries = [(each.name, each.version, each.content) for each in self.libraries]
        files = {path: state.digest for path, state in self.files.items()}
        facts = [libraries, files, self.folders, self.absent, self.variables, self.settings, self.unknown]
        return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def save(self, folder: Path) -> None:
        """Write the dependencies to a run's folder."""
        write_atomically(folder / DEPENDENCIES, json.dumps({"format": _FORMAT, **asdict(self)}))

    @classmethod
    def load(cls, folder: Path) -> "Dependencies | None":
        """Return the dependencies in a run's folder; None if there are none, or what is there is not understood."""
        stored = read_json(folder / DEPENDENCIES)
        try:
            return _parse(cls, stored) if stored.pop("format") == _FORMAT else None
        except (TypeError, ValueError, KeyError, AttributeError):
            return None


def text_mapping(value: Any) -> dict[str, str]:
    """Return a dictionary of texts; ValueError for anything else."""
    if not isinstance(value, dict) or not all(isinstance(each, str) for pair in value.items() for each in pair):
        raise ValueError
    return value


def text_list(value: Any) -> list[str]:
    """Return a list of texts; ValueError for anything else."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError
    return value


def _parse(cls: type[Dependencies], stored: dict[str, Any]) -> Dependencies:
    libraries = tuple(Library(**text_mapping(each)) for each in stored.pop("libraries"))
    files = {path: _file_state(**each) for path, each in stored.pop("files").items()}
    absent = {name: tuple(text_list(each)) for name, each in stored.pop("absent").items()}
    variables = {name: value if value is None else str(value) for name, value in stored.pop("variables").items()}
    mappings = {name: text_mapping(stored.pop(name)) for name in ("folders", "modules", "settings", "plan")}
    stored["search_path"] = tuple(text_list(stored["search_path"]))
    texts = (stored["folder"], stored["home"], stored["unknown"])
    if not all(isinstance(text, str) for text in texts):
        raise ValueError
    return replace(cls(libraries, files, absent=absent, variables=variables, **stored), **mappings)  # type: ignore[arg-type]  # the names say which


def _file_state(digest: str, stat: list[int]) -> FileState:
    if not isinstance(digest, str) or not all(isinstance(each, int) for each in stat) or len(stat) not in (0, 4):
        raise ValueError
    return FileState(digest, tuple(stat))
