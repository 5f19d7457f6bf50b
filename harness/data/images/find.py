"""Where the image of an id lies: flat or in `a/b/c/`, beside the tables or in a folder of the set's name."""

import os
from pathlib import Path

from harness.errors import DataError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")  # the first that exists is taken
_RANK = {suffix: rank for rank, suffix in enumerate(SUFFIXES)}


class ImageFolder:
    """Finds images by id below `<folder>/<part>/` or, failing that, below `<folder>/` itself.

    Folders are listed once, when the first id asks for them. Paths are made of names found there, never of an id.
    """

    def __init__(self, folder: Path, part: str) -> None:
        self.folder = folder.resolve()
        self.part = part
        self._listed: dict[str, dict[str, str]] = {}  # folder -> id -> name
        self._around: dict[str, list[tuple[str, dict[str, str]]]] = {}  # start of an id -> folders that hold images

    def path(self, image_id: str) -> str | None:
        """Return the path of the image, or None where there is none.

        In a folder that holds one id with several suffixes the first of SUFFIXES counts.
        Raises DataError for a folder that cannot be listed.
        """
        start = image_id[:3]
        if start not in self._around:
            self._around[start] = self._folders(start)
        for folder, names in self._around[start]:
            if image_id in names:
                return os.path.join(folder, names[image_id])
        return None

    def _folders(self, start: str) -> list[tuple[str, dict[str, str]]]:
        """Return the folders with images, in which an id with that start may lie, and what images they hold."""
        bases = (str(self.folder / self.part), str(self.folder))
        folders = [folder for base in bases for folder in (base, os.path.join(base, *start))]
        return [(folder, names) for folder in folders if (names := self._names(folder))]

    def _names(self, folder: str) -> dict[str, str]:
        if folder not in self._listed:
            self._listed[folder] = _images_in(folder)
        return self._listed[folder]


def _images_in(folder: str) -> dict[str, str]:
    """Return the image files of a folder: id -> name."""
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise DataError(f"{folder}: cannot be listed: {error.strerror}") from None
    found: dict[str, str] = {}
    for name in names:
        stem, suffix = os.path.splitext(name)
        if suffix.lower() in _RANK and (stem not in found or _order(name) < _order(found[stem])):
            found[stem] = name
    return found


def _order(name: str) -> tuple[int, str]:
    return _RANK[os.path.splitext(name)[1].lower()], name
