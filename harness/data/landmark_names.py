"""What landmarks are called: `train_label_to_category.csv`, as Google Landmarks v2 has it."""

import os
from pathlib import Path

from harness.data.tables.cells import parse_whole_numbers
from harness.data.tables.csv_table import read_table

TABLE = "train_label_to_category.csv"


def landmark_names(folder: Path) -> dict[int, str]:
    """Return the names of a competition's landmarks as far as its table tells them, the first of each; may be empty.

    Raises DataError for a table that cannot be read; rows without a landmark id are passed over.
    """
    path = folder / TABLE
    if not os.path.lexists(path):
        return {}
    table = read_table(path, ["landmark_id", "category"])
    names: dict[int, str] = {}
    for landmark, name in zip(table["landmark_id"], table["category"], strict=True):
        number = parse_whole_numbers([landmark])
        if number is not None and name.strip():
            names.setdefault(int(number[0]), name)
    return names
