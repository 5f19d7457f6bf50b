"""Files that look like a ground truth but are not read: other names, formats or folders."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path

from harness.data.tables.column_names import normalise_column
from harness.data.tables.csv_table import read_header
from harness.errors import DataError
from metrics import Task

_NAME = re.compile(r"solution|ground.?truth|(?<![a-z])(truth|gt|gnd)(?![a-z])")
_TASK_WORDS: dict[Task, tuple[str, ...]] = {"retrieval": ("retriev",), "recognition": ("recogni", "landmark")}
_SUFFIXES = {
    *("", ".csv", ".tsv", ".tab", ".psv", ".txt", ".dat", ".xlsx", ".xls", ".ods", ".parquet", ".feather", ".arrow"),
    *(".json", ".jsonl", ".gz", ".bz2", ".xz", ".zst", ".zip", ".7z", ".rar", ".part", ".crdownload", ".download"),
}
_READ = {"train.csv", "index.csv", "test.csv", "files.csv", "train_label_to_category.csv"}
_IMAGE_FOLDERS = {"train", "index", "test"}
_MOST_FOLDERS, _MOST_ENTRIES = 50, 10_000  # that are looked through


def is_solution_table(name: str) -> bool:
    """Return whether a file is read as a ground truth by its name, in any case.

    >>> is_solution_table("Retrieval_Solution.CSV"), is_solution_table("._retrieval_solution.csv")
    (True, False)
    """
    return "solution" in name.lower() and name.lower().endswith(".csv") and not name.startswith(".")


def refuse_unread_files(folder: Path, columns: Mapping[Task, str], found: Collection[Task]) -> None:
    """Raise DataError for a file that looks like the ground truth of a task that is not among the found ones.

    A file looks like one by its name, or as a CSV table with Usage and the column of a task, as in `columns`. One
    without a task counts only where no ground truth is found.
    """
    missing = {task for task in columns if task not in found}
    for path in _unread_files(folder) if missing else ():
        tasks = _possible_tasks(path, columns)
        if tasks and missing.issuperset(tasks):
            names = " or ".join(f"{task}_solution.csv" for task in tasks)
            raise DataError(
                f"{path}: looks like a ground truth, but is not read; save it as CSV in {folder} under the name "
                f"{names}, or move it away if it is none"
            )


def _possible_tasks(path: Path, columns: Mapping[Task, str]) -> list[Task]:
    """Return the tasks whose ground truth a file could hold."""
    name, header = path.name.lower(), set(_columns_of(path))
    if header >= {"id", "usage"} or (header and _NAME.search(name)):
        tasks = [task for task, column in columns.items() if column in header]
        if tasks:
            return tasks
    if not _NAME.search(name):
        return []
    return [task for task, words in _TASK_WORDS.items() if any(word in name for word in words)] or [*columns]


def _columns_of(path: Path) -> list[str]:
    """Return the normalised column names of a CSV table; none for any other file."""
    with suppress(DataError):
        if path.suffix.lower() == ".csv":
            return [normalise_column(name) for name in read_header(path)]
    return []


def _unread_files(folder: Path) -> Iterator[Path]:
    """Yield the files with the suffix of a table that no other code reads, here and one folder below."""
    files, folders = _entries(folder)
    yield from (folder / name for name in files if not is_solution_table(name) and name not in _READ)
    for inner in folders[:_MOST_FOLDERS]:
        if inner not in _IMAGE_FOLDERS and len(inner) > 1:  # single letters are folders of images
            yield from (folder / inner / name for name in _entries(folder / inner)[0])


def _entries(folder: Path) -> tuple[list[str], list[str]]:
    """Return the names of the first tables and folders in a folder that are not hidden; none if it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            some = sorted(islice(entries, _MOST_ENTRIES), key=lambda entry: entry.name)
            visible = [entry for entry in some if not entry.name.startswith(".")]
            tables = [each.name for each in visible if Path(each.name).suffix.lower() in _SUFFIXES and each.is_file()]
            return tables, [entry.name for entry in visible if entry.is_dir()]
    except OSError:  # the tables and images in there are read, or missed, elsewhere
        return [], []
