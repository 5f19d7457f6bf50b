"""The places where a run reads what its key covers already, or what digests of their own protect."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from sysconfig import get_path

from harness.data.images.find import SUFFIXES
from harness.data.split import Split
from harness.running.dependencies.settings import keras_file
from harness.user_cache import user_cache_folder

_COMPILED = (".nbi", ".nbc", ".kernel")  # whose source counts
_STORES = "descriptors", "own_stores", "folds", "studies", "leaderboard.db", "solutions.json", "workspace.json"
_TABLES = {"train.csv", "index.csv", "test.csv"}
_PARTS = ("train", "index", "test")


@dataclass(frozen=True)
class RunPlaces:
    """The folders of a run, of its workspace and of its competition, and its images."""

    folder: Path
    workspace: Path
    competition: Path
    split: Split

    def is_input(self, path: str) -> bool:
        """Return whether a file is an input of its own: not of a store, the standard library, or the competition."""
        if path.startswith(self._covered) or path.endswith(_COMPILED) or path == self._keras_file:
            return False
        is_standard = path.startswith(_STANDARD) and not path.startswith(_PACKAGES)
        return not is_standard and not self._of_competition(path)

    def is_input_folder(self, path: str) -> bool:
        """Return whether the names in a folder are an input: not in the places of `is_input`, and not of packages."""
        images = tuple(str(self.competition / part) for part in _PARTS)
        return not (path + os.sep).startswith(self._covered + _STANDARD) and not (
            path.rstrip(os.sep) == str(self.competition) or path.startswith(images)
        )

    @cached_property
    def _covered(self) -> tuple[str, ...]:
        folders = [self.folder, *(self.workspace / name for name in _STORES), user_cache_folder()]
        return tuple(str(folder) + end for folder in folders for end in ("" if folder.suffix else os.sep,))

    @cached_property
    def _keras_file(self) -> str:
        return keras_file()

    @cached_property
    def _ids(self) -> frozenset[str]:
        parts = (self.split.data.train, self.split.data.index, self.split.queries)
        return frozenset(name for part in parts for name in part.ids.tolist())

    def _of_competition(self, path: str) -> bool:
        """Return whether a file is a table or an image of the competition, which the key covers."""
        folder, name = os.path.split(path)
        if not path.startswith(str(self.competition) + os.sep):
            return False
        stem, suffix = os.path.splitext(name)
        is_image = suffix.lower() in SUFFIXES and stem in self._ids
        return is_image or (folder == str(self.competition) and name in _TABLES)


def search_folders(search_path: Sequence[str]) -> list[str]:
    """Return the folders of a search path for modules, without those of the standard library."""
    return [path for path in search_path if not (path + os.sep).startswith(_STANDARD) or path.startswith(_PACKAGES)]


_STANDARD = tuple(get_path(name) + os.sep for name in ("stdlib", "platstdlib"))
_PACKAGES = tuple(get_path(name) for name in ("purelib", "platlib"))
