"""Convert a submission file whose rows have an unusual format, and count the formats."""

from __future__ import annotations

import csv
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any

from harness.data.ground_truth_files import COLUMNS
from harness.data.tables.column_names import normalise_column
from harness.data.tables.compressed import ByteStream, open_decompressed
from harness.data.tables.separators import excel_separator, quoted_separator, separator_of
from harness.errors import DataError
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.fault_kinds import FaultKind, SubmissionFault
from harness.submissions.validation.id_lookup import IdLookup
from harness.submissions.validation.reference_ids import ReferenceIds
from harness.submissions.validation.report import ValidationReport
from harness.submissions.validation.row_formats import RowRewriter
from harness.temporary_files import temporary_folder
from metrics import Task

_CHUNK = 1 << 20  # bytes
_SUSPICIOUS = {
    kind.name
    for kind in (kinds.UNKNOWN_IMAGE, kinds.UNKNOWN_QUERY, kinds.CELLS, kinds.MALFORMED, *kinds.MISSING_COLUMN.values())
}


@dataclass
class Conversion:
    """A file with the rows in the usual format, and the faults that the conversion has corrected."""

    path: Path
    faults: dict[str, SubmissionFault] = field(default_factory=dict)

    def count(self, kind: FaultKind, line: int, example: str, column: int = 2) -> None:
        """Count a fault."""
        report = ValidationReport(self.path, self.faults)
        report.note(kind, 1, line, column, 0, example)


def may_need_conversion(report: ValidationReport, reference: ReferenceIds, task: Task) -> bool:
    """Return whether unusual formats of rows could be the cause of what a report says."""
    if kinds.UNREADABLE.name in report.fault_by_kind:
        return _has_quoted_columns(report.path)
    return bool(_SUSPICIOUS & report.fault_by_kind.keys()) or (task == "retrieval" and reference.n_index is None)


def _has_quoted_columns(path: Path) -> bool:
    """Return whether the columns of a file are in quotes, with another separator than commas."""
    try:
        return quoted_separator(path)[1] is not None
    except DataError:
        return False


@contextmanager
def convert_rows(path: Path, reference: ReferenceIds, task: Task) -> Iterator[Conversion | None]:
    """Yield the converted file, which is deleted afterwards; None if no row has an unusual format that can be read."""
    with temporary_folder() as folder:
        conversion = Conversion(Path(folder) / "converted.csv")
        try:
            is_converted = _convert(path, conversion, _rewriter(reference, task))
        except csv.Error:
            is_converted = False
        yield conversion if is_converted and conversion.faults else None


def _rewriter(reference: ReferenceIds, task: Task) -> RowRewriter:
    queries = None if reference.accepts_any_query else IdLookup(reference.queries.texts()[: reference.n_required])
    images = None if reference.n_index is None else IdLookup(reference.images.texts()[: reference.n_index])
    return RowRewriter(task, queries, images)


def _convert(path: Path, conversion: Conversion, rewriter: RowRewriter) -> bool:
    """Write the converted file; return False, and write none, if the columns are unknown."""
    with (
        open_decompressed(path) as stream,
        conversion.path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file,
    ):
        lines = _lines(stream)
        first = next(lines, "")
        excel = excel_separator(first)
        if excel:
            conversion.count(kinds.EXCEL_LINE, 1, first.rstrip("\r\n"), 1)
            first = next(lines, "")
        separator = excel or separator_of(first) or ","
        reader = csv.reader(chain([first], lines), delimiter=separator, strict=True)
        return _convert_rows(
            _numbered(reader, 1 + bool(excel)), separator, csv.writer(file, lineterminator="\n"), conversion, rewriter
        )


def _convert_rows(
    rows: Iterator[tuple[int, list[str]]], separator: str, writer: Any, conversion: Conversion, rewriter: RowRewriter
) -> bool:
    line, header = next(rows, (1, []))
    places = _places(header, rewriter)
    if places is None:
        return False
    is_header, names = _is_header(header, rewriter.task), [*map(normalise_column, header)]
    writer.writerow(header if is_header else _rewrite(header, line, places, rewriter, conversion))
    if separator in kinds.SEPARATORS:
        conversion.count(kinds.SEPARATORS[separator], line, separator.join(header), 1)
    for line, row in rows:
        if separator in kinds.SEPARATORS:
            conversion.count(kinds.SEPARATORS[separator], line, "", 1)
        if is_header and [*map(normalise_column, row)] == names:
            conversion.count(kinds.REPEATED_HEADER, line, separator.join(row), 1)
        else:
            writer.writerow(_rewrite(row, line, places, rewriter, conversion))
    return True


def _numbered(reader: Any, line: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank with their lines; the first line of the reader is line `line` of the file."""
    before = reader.line_num
    for row in reader:
        if row:
            yield line + before, row
        before = reader.line_num


def _is_header(header: Sequence[str], task: Task) -> bool:
    return bool({"id", COLUMNS[task]} & {name.strip().lower() for name in header})


def _places(header: Sequence[str], rewriter: RowRewriter) -> tuple[int, int, int] | None:
    """Return the cells of query and answer and the number of cells in a row; None if they are unknown."""
    names = [name.strip().lower() for name in header]
    if {"id", COLUMNS[rewriter.task]} <= {*names}:
        return names.index("id"), names.index(COLUMNS[rewriter.task]), len(names)
    if _is_header(header, rewriter.task):
        query = names.index("id") if "id" in names else 1 - names.index(COLUMNS[rewriter.task])
        return (query, 1 - query, 2) if len(names) == 2 else None
    return (0, 1, 2) if rewriter.rewrite(header) else None


def _rewrite(
    row: list[str], line: int, places: tuple[int, int, int], rewriter: RowRewriter, conversion: Conversion
) -> list[str]:
    """Return a row in the usual format; as it is if it has another meaning or none."""
    query, answer, width = places
    is_plain = (query, answer, width) == (0, 1, 2)
    if not is_plain and len(row) != width:
        return row
    result = rewriter.rewrite(row if is_plain else [row[query], row[answer]])
    if result is None:
        return row
    cells, formats = result
    for kind in dict.fromkeys(formats):
        is_query = kind in (kinds.FILE_NAME_QUERIES, kinds.QUERY_SPELLING)
        conversion.count(kind, line, row[query] if is_query else ",".join(row[1:]) or row[0], 1 if is_query else 2)
    if is_plain:
        return cells
    return [cells[0] if place == query else cells[1] if place == answer else cell for place, cell in enumerate(row)]


def _lines(stream: ByteStream) -> Iterator[str]:
    """Yield the lines of a file, with their line ends; a lone carriage return ends a line, as in the block reader."""
    return chain.from_iterable(StringIO(line, newline="") for line in _lines_before_newlines(stream))


def _lines_before_newlines(stream: ByteStream) -> Iterator[str]:
    decoder = getincrementaldecoder("utf-8-sig")("surrogateescape")
    rest = ""
    while chunk := stream.read(_CHUNK):
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        yield from (f"{line}\n" for line in lines)
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest
