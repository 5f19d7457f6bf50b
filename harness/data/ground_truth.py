"""The truth of a competition, kept apart: no solution ever holds it.

The files are what Kaggle and Google Landmarks call `*_solution*.csv`: id, images or landmarks, and Usage.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.tables import read_header, read_table, repeated_ids, shown
from harness.errors import DataError

COLUMNS = {"retrieval": "images", "recognition": "landmarks"}
USAGES = ("Public", "Private", "Ignored")


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """For each query what is right: `tokens[offsets[i]:offsets[i + 1]]` are the relevant ids or the landmarks of query i."""

    task: str
    query_ids: np.ndarray  # (n,) str
    usage: np.ndarray  # (n,) one of USAGES
    tokens: np.ndarray  # (total,) str ids of index images, or int64 landmarks
    offsets: np.ndarray  # (n + 1,)
    notes: tuple[str, ...] = ()  # what was put right on reading

    def __len__(self) -> int:
        return len(self.query_ids)

    @property
    def scored(self) -> np.ndarray:
        """Return which queries count `(n,)`."""
        return np.asarray(self.usage != "Ignored")


def find_ground_truth(folder: Path) -> dict[str, Path]:
    """Return the ground truth files of a competition folder: task -> path.

    Raises DataError where two files hold the truth of one task: scores must say which they follow.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*solution*.csv")):
        header = read_header(path)
        for task, column in COLUMNS.items():
            if column not in header:
                continue
            if task in found:
                raise DataError(f"{folder}: {found[task].name} and {path.name} both hold the ground truth of {task}; move one away")
            found[task] = path
    return found


def load_ground_truth(folder: Path, task: str) -> GroundTruth | None:
    """Return the ground truth of a task, or None where the folder holds none."""
    path = find_ground_truth(folder).get(task)
    return None if path is None else read_ground_truth(path, task)


def read_ground_truth(path: Path, task: str) -> GroundTruth:
    """Return the ground truth in a file, as the official reader understands it.

    A retrieval row that is empty but not ignored has one relevant image that nobody can list; a landmark row that is
    empty is a query without landmark. Repeats within a row are dropped and noted.
    """
    column = COLUMNS[task]
    table = read_table(path, ["id", column], optional=["Usage"])
    ids = table["id"].to_numpy(object)
    for line, image_id in repeated_ids(ids):
        raise DataError(f"{path}, line {line}: the query {shown(image_id)} stands there a second time; remove one of the rows")
    usage = table["Usage"].to_numpy(object) if "Usage" in table else np.full(len(ids), "Private", object)
    for row in np.flatnonzero(~np.isin(usage, USAGES)):
        raise DataError(f"{path}, line {row + 2}: Usage is {shown(usage[row])}; it must be Public, Private or Ignored")
    text = np.where(usage == "Ignored", "", table[column].to_numpy(object))
    lists = [cell.split(" ") for cell in text]
    if task == "recognition":
        lists = [[landmark for landmark in each if landmark] for each in lists]
    kept = [list(dict.fromkeys(each)) for each in lists]
    repeats = sum(map(len, lists)) - sum(map(len, kept))
    notes = (f"{path.name}: {repeats} repeated entries within rows were counted once",) if repeats else ()
    offsets = np.cumsum([0, *map(len, kept)])
    tokens = np.array([token for each in kept for token in each], object)
    return GroundTruth(task, ids, usage, tokens if task == "retrieval" else _whole(path, tokens, offsets), offsets, notes)


def _whole(path: Path, tokens: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    for place, token in enumerate(tokens):
        if not (token.isascii() and token.isdigit() and len(token) < 19):
            row = int(np.searchsorted(offsets, place, side="right")) - 1
            raise DataError(f"{path}, line {row + 2}: landmarks must be whole numbers separated by single blanks")
    return tokens.astype(np.int64)
