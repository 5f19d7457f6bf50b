"""Find everything that is wrong with a submission file at once; the ground truth is not opened."""

from __future__ import annotations

import os
from pathlib import Path

from harness.errors import DataError
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.columns import laid_out, task_of
from harness.submissions.validation.inspection import Inspection
from harness.submissions.validation.reference_ids import Known
from harness.submissions.validation.report import Report
from metrics import Task

_TABLES = ("test.csv", "index.csv", "train.csv")


def validate(path: Path, folder: Path, task: Task | None = None) -> Report:
    """Return all that is wrong with a submission file for the competition in a folder.

    test.csv tells the queries, index.csv the images, train.csv the landmarks; what is missing is not checked. The task
    is told by the first line, or by what follows, unless it is given. A file that cannot be read to its end is reported
    as that and nothing else.

    Raises DataError for a folder without a table, and for tables that cannot be read.
    """
    known, task = known_of(path, folder, task)
    return inspected(path, known, task)


def inspected(path: Path, known: Known, task: Task) -> Report:
    """Return all that is wrong with a submission file, by what is known."""
    report = Report(path, asked=known.n_asked, unchecked=known.unchecked(task))
    try:
        found = laid_out(path, known, task, report)
    except DataError as error:
        return _unreadable(path, error)
    if found is None:
        report.unchecked = ("the rows (name the columns in the first line)",)
        return report
    report.layout, blocks = found
    try:
        Inspection(report, known).take(report.layout, blocks)
    except DataError as error:
        return _unreadable(path, error)
    return report


def known_of(path: Path, folder: Path, task: Task | None) -> tuple[Known, Task]:
    """Return what the tables tell of the task that a file answers, and that task.

    Raises DataError for a folder without a table, and for tables that cannot be read.
    """
    if not os.path.isdir(folder):
        raise DataError(f"{folder}: there is no such folder")
    if not any(os.path.lexists(folder / name) for name in _TABLES):
        raise DataError(f"{folder}: holds no test.csv, index.csv or train.csv, so it is no competition")
    known = Known.queries_of(folder)
    task = task or _told(path, known) or _only_task(folder)
    known.learn(folder, task)
    return known, task


def _unreadable(path: Path, error: DataError) -> Report:
    report = Report(path)
    report.note_message(kinds.UNREADABLE, str(error))
    return report


def _told(path: Path, known: Known) -> Task | None:
    try:
        return task_of(path, known)
    except DataError:
        return None


def _only_task(folder: Path) -> Task:
    return "retrieval" if os.path.lexists(folder / "index.csv") else "recognition"
