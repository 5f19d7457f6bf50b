"""Find the files of the ground truth in a competition folder; a file that looks like one is read or refused.

The files are named `*solution*.csv`, as on Kaggle and in Google Landmarks: id, images or landmarks, and Usage.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from harness.data.complete_ground_truth import grade_columns, protocol_metrics
from harness.data.tables.cells import quote
from harness.data.tables.csv_table import read_header
from harness.data.unread_ground_truth import is_solution_table, refuse_unread_files
from harness.errors import DataError
from metrics import Metric, Task, metrics_of

COLUMNS: dict[Task, str] = {"retrieval": "images", "recognition": "landmarks"}
USAGE = "Usage"
_KNOWN = {"id", *COLUMNS.values(), USAGE}


def find_ground_truth(folder: Path) -> dict[Task, Path]:
    """Return task -> ground truth file of a competition folder.

    Raises DataError for two files of one task, for a file whose columns are not understood, and for a file that looks
    like the missing ground truth of a task but is not read.
    """
    paths: dict[Task, Path] = {}
    for path in _solution_tables(folder):
        for task in _tasks_of(path):
            if task in paths:
                both = f"{paths[task].name} and {path.name}"
                raise DataError(f"{folder}: {both} both hold the ground truth of {task}; move one away")
            paths[task] = path
    refuse_unread_files(folder, COLUMNS, paths)
    return paths


def unread_columns(path: Path) -> list[str]:
    """Return the columns of a ground truth that no task reads."""
    return [name for name in read_header(path) if name not in {*_KNOWN, *grade_columns(path).values()}]


def asks_for_complete_rankings(folder: Path) -> bool:
    """Return whether rankings of a competition must list the whole index, as for Oxford, Paris and Holidays."""
    path = find_ground_truth(folder).get("retrieval")
    return path is not None and bool(grade_columns(path))


def competition_metrics(folder: Path, task: Task) -> tuple[Metric, ...]:
    """Return the metrics that a competition reports for a task, without reading rows; the first ranks leaderboards."""
    path = find_ground_truth(folder).get(task)
    grades = grade_columns(path) if path else {}
    return protocol_metrics(grades) if grades else metrics_of(task)


def _solution_tables(folder: Path) -> list[Path]:
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DataError(f"{folder}: cannot be listed: {error.strerror}") from None
    return [folder / name for name in sorted(names) if is_solution_table(name)]


def _tasks_of(path: Path) -> list[Task]:
    """Return the tasks whose ground truth a file holds; DataError for a file whose columns are not understood."""
    header = read_header(path)
    if grade_columns(path):
        tasks: list[Task] = ["retrieval"]
    else:
        tasks = [task for task, column in COLUMNS.items() if column in header]
    if not tasks or "id" not in header:
        raise DataError(
            f"{path}: the first line must name the columns id,images or id,landmarks, and perhaps Usage "
            f"(found: {quote(','.join(header))}); rename the file if it is no ground truth"
        )
    _require_usage(path, header)
    return tasks


def _require_usage(path: Path, header: Iterable[str]) -> None:
    """Raise DataError for a table without Usage that has an unknown column, which may be a misspelt Usage."""
    unknown = [] if USAGE in header else unread_columns(path)
    if unknown:
        raise DataError(
            f"{path}: the column {quote(unknown[0])} is not known; name it Usage if it says which queries are Public, "
            "Private or Ignored, or else remove it"
        )
