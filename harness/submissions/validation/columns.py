"""Determine the columns of a submission file from its first line or, where that is wrong, from its first rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from harness.data.ground_truth_files import COLUMNS
from harness.data.tables.block_reader import read_blocks
from harness.data.tables.blocks import TableBlock
from harness.data.tables.csv_table import open_blocks
from harness.data.tables.separators import excel_separator, quoted_separator, separator_of
from harness.data.tables.string_column import StringColumn
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.reference_ids import ReferenceIds
from harness.submissions.validation.report import SubmissionColumns, ValidationReport
from metrics import Task

_SAMPLE_ROWS = 16  # rows examined for swapped contents


def find_columns(
    path: Path, reference: ReferenceIds, task: Task, report: ValidationReport
) -> tuple[SubmissionColumns, Iterator[TableBlock]] | None:
    """Return the columns of a file and its rows, or None if the columns cannot be determined; note their faults.

    Raises DataError for a file that cannot be read.
    """
    header, blocks = open_blocks(path, keep_quoted=True)
    if _is_row(header, reference):
        report.note(kinds.NO_HEADER, 1, 1, 1, example=",".join(header))
        columns: SubmissionColumns | None = SubmissionColumns(task)
        blocks = read_blocks(path, keep_quoted=True)
    else:
        columns = _columns_from_header(header, task, report)
    if columns is None:
        for _ in blocks:  # reading all of it raises DataError if the file is damaged
            pass
        return None
    sample, blocks = _peek_rows(blocks)
    if _contents_swapped(sample, columns, reference):
        report.note(kinds.SWAPPED_CONTENTS, 1, int(sample[0].lines[0]), columns.query + 1)
        columns = replace(columns, query=columns.answer, answer=columns.query)
    return columns, blocks


def guess_task(path: Path, reference: ReferenceIds) -> Task | None:
    """Return the task suggested by the first line of a file, or None; DataError for a file that cannot be read."""
    header = _first_cells(path)
    if _is_row(header, reference):
        return "recognition" if _is_label(header[0].split()) or _is_label(header[1].split()) else "retrieval"
    names = [_normalise(name) for name in header]
    return next((task for task, column in COLUMNS.items() if column in names), None)


def _first_cells(path: Path) -> list[str]:
    """Return the cells of the first line, whatever separates them; of the second after a line that only Excel reads."""
    line, separator = quoted_separator(path)
    if separator:
        return [cell.strip('"') for cell in line.split(separator)]
    header, blocks = open_blocks(path)
    if excel_separator(",".join(header)):
        block = next((each for each in blocks if len(each)), None)
        header = [] if block is None else [block.select(slice(1)).row_strings().texts()[0]]
        header = header[0].split(",") if header and "," in header[0] else header
    separator = separator_of(header[0]) if len(header) == 1 else None
    return header[0].split(separator) if separator else header


def _is_row(header: list[str], reference: ReferenceIds) -> bool:
    """Return whether the first line is a row: two cells, at least one a query, none a column name."""
    if reference.accepts_any_query or len(header) != 2 or {"id", *COLUMNS.values()} & {*map(_normalise, header)}:
        return False
    return bool((reference.queries.find(StringColumn.from_texts(header)) >= 0).any())


def _is_label(parts: list[str]) -> bool:
    return len(parts) == 2 and parts[0].isdecimal() and len(parts[0]) < 16 and parts[1][:1].isdecimal()


def _columns_from_header(header: list[str], task: Task, report: ValidationReport) -> SubmissionColumns | None:
    """Find the two columns by name. If only one of two columns has its name, the other one is taken for the second."""
    required, names = ("id", COLUMNS[task]), [_normalise(name) for name in header]
    for name in required:
        if name not in names:
            report.note(kinds.MISSING_COLUMN[name], 1, 1, example=name)
    for position, (name, normalised) in enumerate(zip(header, names, strict=True)):
        if normalised not in required or normalised in names[:position]:
            report.note(kinds.UNEXPECTED_COLUMN, 1, 1, position + 1, example=name)
        elif name != normalised:
            report.note(kinds.MISSPELT_COLUMN, 1, 1, position + 1, example=name)
    positions = [names.index(name) if name in names else -1 for name in required]
    return _columns_at(positions, len(header), task, report)


def _columns_at(positions: list[int], width: int, task: Task, report: ValidationReport) -> SubmissionColumns | None:
    if width == 2 and positions.count(-1) == 1:
        positions = [1 - max(positions) if position < 0 else position for position in positions]
    query, answer = positions
    if min(positions) < 0:
        return None
    if query > answer:
        report.note(kinds.SWAPPED_COLUMNS, 1, 1, query + 1)
    return SubmissionColumns(task, query, answer, width)


def _normalise(name: str) -> str:
    return name.strip().lower()


def _peek_rows(blocks: Iterator[TableBlock]) -> tuple[list[TableBlock], Iterator[TableBlock]]:
    """Return the first `_SAMPLE_ROWS` rows, and an iterator over all rows."""
    first: list[TableBlock] = []
    while sum(map(len, first)) < _SAMPLE_ROWS and (block := next(blocks, None)) is not None:
        first.append(block)
    sample, remaining = [], _SAMPLE_ROWS
    for block in first:
        sample.append(block.select(slice(remaining)))
        remaining -= len(sample[-1])
    return [block for block in sample if len(block)], chain(first, blocks)


def _contents_swapped(sample: list[TableBlock], columns: SubmissionColumns, reference: ReferenceIds) -> bool:
    """Return whether the answer column holds more queries than the query column."""
    queries_in = {columns.query: 0, columns.answer: 0}
    for block in [] if reference.accepts_any_query else sample:
        complete = block.select(block.widths == columns.width)
        for cell in queries_in:
            queries_in[cell] += int((reference.queries.find(complete.column(cell).as_strings()) >= 0).sum())
    return queries_in[columns.answer] > queries_in[columns.query]
