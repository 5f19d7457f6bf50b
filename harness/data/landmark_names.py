"""Names of landmarks, read from `train_label_to_category.csv` of Google Landmarks v2."""

import os
from pathlib import Path

from harness.data.tables.cells import parse_whole_numbers
from harness.data.tables.csv_table import read_table

LANDMARK_NAMES = "train_label_to_category.csv"


def landmark_names(folder: Path) -> dict[int, str]:
    """Return landmark id -> name, the first one of each; empty without a table. Rows without an id are skipped.

    Raises DataError for a table that cannot be read.
    """
    path = folder / LANDMARK_NAMES
    if not os.path.lexists(path):
        return {}
    table = read_table(path, ["landmark_id", "category"])
    names: dict[int, str] = {}
    for landmark, name in zip(table["landmark_id"], table["category"], strict=True):
        number = parse_whole_numbers([landmark])
        if number is not None and name.strip():
            names.setdefault(int(number[0]), name)
    return names
