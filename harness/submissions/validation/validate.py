"""Validate a submission file: report all of its faults in one pass, without opening the ground truth."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.data.misnamed_tables import refuse_misnamed_table
from harness.errors import DataError
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.columns import find_columns, guess_task
from harness.submissions.validation.inspection import Inspection
from harness.submissions.validation.reference_ids import ReferenceIds
from harness.submissions.validation.report import ValidationReport
from harness.submissions.validation.row_conversion import convert_rows, may_need_conversion
from metrics import Task

_TABLES = ("test.csv", "index.csv", "train.csv")


def validate(path: Path, folder: Path, task: Task | None = None) -> ValidationReport:
    """Return the report on a submission file for the competition in a folder.

    Queries are checked against test.csv, images against index.csv, landmarks against train.csv; checks without their
    table are skipped. By default the task is inferred from the file. An unreadable file has that single fault.

    Raises DataError for a folder without a table, and for tables that cannot be read.
    """
    reference, task = load_reference(path, folder, task)
    with validate_rows(path, reference, task) as (report, _):
        return report


@contextmanager
def validate_rows(path: Path, reference: ReferenceIds, task: Task) -> Iterator[tuple[ValidationReport, Path]]:
    """Yield the report on a submission file, and the file with its rows in the usual format: the same if they have it.

    Rows with other separators, brackets or file names are reported as such, and then checked for what they mean.
    """
    report = validate_against(path, reference, task)
    if not may_need_conversion(report, reference, task):
        yield report, path
        return
    with convert_rows(path, reference, task) as conversion:
        if conversion is None:
            yield report, path
            return
        converted = validate_against(conversion.path, reference, task)
        converted.path, converted.scorer_error = path, report.scorer_error
        converted.fault_by_kind |= conversion.faults
        yield converted, conversion.path


def validate_against(path: Path, reference: ReferenceIds, task: Task) -> ValidationReport:
    """Return the report on a submission file, checked against the reference ids."""
    report = ValidationReport(path, n_required=reference.n_required, skipped_checks=reference.skipped_checks(task))
    try:
        located = find_columns(path, reference, task, report)
        if located is None:
            report.skipped_checks = ("the rows (name the columns in the first line)",)
            return report
        report.columns, blocks = located
        Inspection(report, reference).read_rows(report.columns, blocks)
    except DataError as error:
        report = ValidationReport(path)
        report.note_message(kinds.UNREADABLE, str(error))
    return report


def load_reference(path: Path, folder: Path, task: Task | None) -> tuple[ReferenceIds, Task]:
    """Return the reference ids and the task of a submission file; DataError for a folder without readable tables."""
    if not os.path.isdir(folder):
        raise DataError(f"{folder}: there is no such folder")
    for name in _TABLES:
        refuse_misnamed_table(folder, name)
    if not any(os.path.lexists(folder / name) for name in _TABLES):
        raise DataError(f"{folder}: not a competition: it has no test.csv, index.csv or train.csv")
    reference = ReferenceIds.queries_from_folder(folder)
    task_of_folder: Task = "retrieval" if os.path.lexists(folder / "index.csv") else "recognition"
    task = task or _task_of_file(path, reference) or task_of_folder
    reference.load_tables(folder, task)
    return reference, task


def _task_of_file(path: Path, reference: ReferenceIds) -> Task | None:
    try:
        return guess_task(path, reference)
    except DataError:
        return None
