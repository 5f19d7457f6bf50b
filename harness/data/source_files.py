"""Names of the files that images were imported from, read from `files.csv`."""

import os
from collections.abc import Mapping
from pathlib import Path

from harness.data.tables.csv_table import read_table
from harness.errors import DataError

SOURCE_FILES = "files.csv"


def source_files(folder: Path) -> dict[str, str]:
    """Return image id -> file that it was imported from, relative to the imported folder.

    The names are optional, so they are empty without a table and for one that cannot be read.
    """
    path = folder / SOURCE_FILES
    if not os.path.lexists(path):
        return {}
    try:
        table = read_table(path, ["id", "file"])
    except DataError:
        return {}
    return {image_id: file for image_id, file in zip(table["id"], table["file"], strict=True) if file.strip()}


def id_with_file(image_id: str, files: Mapping[str, str]) -> str:
    """Return an image id with the file that it was imported from, where that is known.

    >>> id_with_file("1f3a", {"1f3a": "church/1.jpg"}), id_with_file("b2", {})
    ('1f3a (church/1.jpg)', 'b2')
    """
    return f"{image_id} ({files[image_id]})" if image_id in files else image_id


def ids_of_files(text: str, files: Mapping[str, str]) -> list[str]:
    """Return the ids of the files whose name has a text in it, in any case; those of the file itself first.

    >>> ids_of_files("1.jpg", {"a": "church/11.jpg", "b": "1.JPG", "c": "tower/2.jpg"})
    ['b', 'a']
    """
    wanted = text.casefold()
    found = [(file.casefold() != wanted, image_id) for image_id, file in files.items() if wanted in file.casefold()]
    return [image_id for _, image_id in sorted(found, key=lambda pair: pair[0])]
