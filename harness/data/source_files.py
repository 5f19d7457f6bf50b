"""Names of the files that images were imported from, read from `files.csv`."""

import os
from pathlib import Path

from harness.data.tables.csv_table import read_table

SOURCE_FILES = "files.csv"


def source_files(folder: Path) -> dict[str, str]:
    """Return image id -> file that it was imported from, relative to the imported folder; empty without a table.

    Raises DataError for a table that cannot be read.
    """
    path = folder / SOURCE_FILES
    if not os.path.lexists(path):
        return {}
    table = read_table(path, ["id", "file"])
    return {image_id: file for image_id, file in zip(table["id"], table["file"], strict=True) if file.strip()}
