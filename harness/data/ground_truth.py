"""The truth of a competition, kept apart: no solution ever holds it.

The files are what Kaggle and Google Landmarks call `*_solution*.csv`: id, images or landmarks, and Usage.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from harness.data.ids import repeated_rows
from harness.data.tables import Table, read_header, read_table, shown, whole_numbers
from harness.errors import DataError
from metrics import Task

COLUMNS: dict[Task, str] = {"retrieval": "images", "recognition": "landmarks"}
USAGES = ("Public", "Private", "Ignored")


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """What is right for each query: `tokens[offsets[i]:offsets[i + 1]]`, relevant ids or landmarks, for query i."""

    task: Task
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


def find_ground_truth(folder: Path) -> dict[Task, Path]:
    """Return the ground truth files of a competition folder: task -> path.

    Raises DataError where two files hold the truth of one task: scores must say which they follow.
    """
    found: dict[Task, Path] = {}
    for path in sorted(path for path in folder.glob("*solution*.csv") if not path.name.startswith(".")):
        header = read_header(path)
        for task, column in COLUMNS.items():
            if column not in header:
                continue
            if task in found:
                raise DataError(
                    f"{folder}: {found[task].name} and {path.name} both hold the ground truth of {task}; move one away"
                )
            found[task] = path
    return found


def load_ground_truth(folder: Path, task: Task) -> GroundTruth | None:
    """Return the ground truth of a task, or None where the folder holds none."""
    path = find_ground_truth(folder).get(task)
    return None if path is None else read_ground_truth(path, task)


def read_ground_truth(path: Path, task: Task) -> GroundTruth:
    """Return the ground truth in a file, as the official reader understands it; without Usage all is Private.

    A retrieval row that is empty but not ignored has one relevant image that nobody can list; a landmark row that is
    empty is a query without landmark. Repeats within a row are dropped and noted. The cell of an ignored query is not
    looked at.

    Raises DataError for a repeated query, another Usage, and landmarks that are no whole numbers.
    """
    table = read_table(path, ["id", COLUMNS[task]], optional=["Usage"])
    ids = table["id"]
    for row in repeated_rows(ids)[:1]:
        table.refuse(row, f"the query {shown(ids[row])} stands there a second time; remove one of the rows")
    usage = table["Usage"] if "Usage" in table else np.full(len(ids), "Private", object)
    for row in np.flatnonzero(~np.isin(usage, USAGES))[:1]:
        table.refuse(row, f"Usage is {shown(usage[row])}; it must be Public, Private or Ignored")
    lists = _lists(table[COLUMNS[task]], usage == "Ignored", task)
    kept = [list(dict.fromkeys(each)) for each in lists]
    repeats = sum(map(len, lists)) - sum(map(len, kept))
    notes = (f"{path.name}: {repeats} repeated entries within rows were counted once",) if repeats else ()
    tokens = _images(kept) if task == "retrieval" else _landmarks(table, kept)
    return GroundTruth(task, ids, usage, tokens, np.cumsum([0, *map(len, kept)]), notes)


def _lists(cells: np.ndarray, ignored: np.ndarray, task: Task) -> list[list[str]]:
    """Return the entries of each row; blanks split them, one by one where the official reader does so."""
    split = str.split if task == "recognition" else (lambda cell: cell.split(" "))
    return [[] if skip else split(cell) for cell, skip in zip(cells, ignored, strict=True)]


def _images(lists: list[list[str]]) -> np.ndarray:
    return np.array(list(chain.from_iterable(lists)), object)


def _landmarks(table: Table, lists: list[list[str]]) -> np.ndarray:
    landmarks = whole_numbers(list(chain.from_iterable(lists)))
    if landmarks is None:
        row = next(row for row, each in enumerate(lists) if whole_numbers(each) is None)
        table.refuse(row, "landmarks must be whole numbers of at most 18 digits, separated by single blanks")
    return landmarks
