"""Where the image of an id lies: flat or in `a/b/c/`, beside the tables or in a folder of the set's name."""

import os
from pathlib import Path

from harness.errors import DataError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")  # the first that exists is taken


class ImageFolder:
    """Finds images by id below `<folder>/<part>/` or, failing that, below `<folder>/` itself.

    Folders are listed once, when the first id asks for them; ids must have been checked by `is_safe_id`.
    """

    def __init__(self, folder: Path, part: str) -> None:
        self.folder = folder.resolve()
        self.part = part
        self._bases = (str(self.folder / part), str(self.folder))
        self._listed: dict[str, dict[str, str]] = {}

    def path(self, image_id: str) -> str | None:
        """Return the path of the image, or None where there is none.

        In a folder that holds one id with several suffixes the first of SUFFIXES counts.
        """
        nested = os.path.join(*image_id[:3])
        for base in self._bases:
            for folder in (base, os.path.join(base, nested)):
                name = self._names(folder).get(image_id)
                if name is not None:
                    return os.path.join(folder, name)
        return None

    def _names(self, folder: str) -> dict[str, str]:
        names = self._listed.get(folder)
        if names is None:
            names = self._listed[folder] = _images_in(folder)
        return names


def _images_in(folder: str) -> dict[str, str]:
    """Return the image files of a folder: id -> name."""
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise DataError(f"{folder}: cannot be listed: {error.strerror}") from None
    found: dict[str, tuple[int, str]] = {}
    for name in names:
        stem, suffix = os.path.splitext(name)
        if suffix.lower() in SUFFIXES:
            found[stem] = min(found.get(stem, (99, "")), (SUFFIXES.index(suffix.lower()), name))
    return {stem: name for stem, (_, name) in found.items()}
