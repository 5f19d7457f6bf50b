"""Find the file of an image id, directly in a folder or in `a/b/c/` below it."""

import os
from pathlib import Path

from harness.errors import DataError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")  # in order of preference
_RANK = {suffix: rank for rank, suffix in enumerate(SUFFIXES)}


class ImageFolder:
    """Finds images by id below `<folder>/<part>/`, or else below `<folder>/`.

    Folders are listed once, when first needed. Paths consist of listed names, never of ids.
    """

    def __init__(self, folder: Path, part: str) -> None:
        self.folder = folder.resolve()
        self.part = part
        self._bases = (str(self.folder / part), str(self.folder))
        self._names_by_folder: dict[str, dict[str, str]] = {}  # folder -> id -> name
        self._folders_by_prefix: dict[str, list[tuple[str, dict[str, str]]]] = {}  # start of an id -> its folders

    def __reduce__(self) -> tuple[type["ImageFolder"], tuple[Path, str]]:
        """Pickle without the names of the files, so that another process lists the folders itself."""
        return ImageFolder, (self.folder, self.part)

    def path(self, image_id: str) -> str | None:
        """Return the path of the image, or None if there is none; of several suffixes the first in SUFFIXES counts.

        Raises DataError for a folder that cannot be listed.
        """
        prefix = image_id[:3]
        if prefix not in self._folders_by_prefix:
            self._folders_by_prefix[prefix] = self._folders(prefix)
        for folder, names in self._folders_by_prefix[prefix]:
            if image_id in names:
                return os.path.join(folder, names[image_id])
        return None

    def _folders(self, prefix: str) -> list[tuple[str, dict[str, str]]]:
        """Return the folders that may hold an id with this prefix, each with its images: id -> name."""
        folders = [folder for base in self._bases for folder in (base, os.path.join(base, *prefix))]
        return [(folder, names) for folder in folders if (names := self._names(folder))]

    def _names(self, folder: str) -> dict[str, str]:
        if folder not in self._names_by_folder:
            self._names_by_folder[folder] = _images_in(folder)
        return self._names_by_folder[folder]


def _images_in(folder: str) -> dict[str, str]:
    """Return the image files of a folder: id -> name."""
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise DataError(f"{folder}: cannot be listed: {error.strerror}") from None
    images: dict[str, str] = {}
    for name in names:
        stem, suffix = os.path.splitext(name)
        if suffix.lower() in _RANK and (stem not in images or _order(name) < _order(images[stem])):
            images[stem] = name
    return images


def _order(name: str) -> tuple[int, str]:
    return _RANK[os.path.splitext(name)[1].lower()], name
