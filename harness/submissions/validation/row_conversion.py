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

from harness.data.ground_truth_files import COLUMNS
from harness.data.tables.compressed import ByteStream, open_decompressed
from harness.data.tables.separators import separator_of
from harness.errors import DataError
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.fault_kinds import FaultKind, SubmissionFault
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
        return False
    return bool(_SUSPICIOUS & report.fault_by_kind.keys()) or (task == "retrieval" and reference.n_index is None)


@contextmanager
def convert_rows(path: Path, reference: ReferenceIds, task: Task) -> Iterator[Conversion | None]:
    """Yield the converted file, which is deleted afterwards; None if no row has an unusual format that can be read."""
    with temporary_folder() as folder:
        conversion = Conversion(Path(folder) / "converted.csv")
        try:
            _convert(path, conversion, _rewriter(reference, task))
        except (csv.Error, DataError, OSError):
            yield None
            return
        yield conversion if conversion.faults else None


def _rewriter(reference: ReferenceIds, task: Task) -> RowRewriter:
    queries = None if reference.accepts_any_query else set(reference.queries.texts()[: reference.n_required])
    images = None if reference.n_index is None else set(reference.images.texts()[: reference.n_index])
    return RowRewriter(
        task, None if queries is None else queries.__contains__, None if images is None else images.__contains__
    )


def _convert(path: Path, conversion: Conversion, rewriter: RowRewriter) -> None:
    with (
        open_decompressed(path) as stream,
        conversion.path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file,
    ):
        lines = _lines(stream)
        first = next(lines, "")
        separator = separator_of(first)
        writer = csv.writer(file, lineterminator="\n")
        reader = csv.reader(chain([first], lines), delimiter=separator or ",", strict=True)
        header, line = next(reader, []), reader.line_num + 1
        places = _places(header, rewriter)
        if places is None:
            raise DataError("the columns are unknown")
        if not _is_header(header, rewriter.task):
            header, line = _rewrite(header, 1, places, rewriter, conversion), reader.line_num + 1
        if separator:
            conversion.count(kinds.SEPARATORS[separator], 1, first.rstrip("\r\n"), 1)
        writer.writerow(header)
        for row in reader:
            if row:
                writer.writerow(_rewrite(row, line, places, rewriter, conversion))
                if separator:
                    conversion.count(kinds.SEPARATORS[separator], 1, "", 1)
            line = reader.line_num + 1


def _is_header(header: Sequence[str], task: Task) -> bool:
    return bool({"id", COLUMNS[task]} & {name.strip().lower() for name in header})


def _places(header: Sequence[str], rewriter: RowRewriter) -> tuple[int, int, int] | None:
    """Return the cells of query and answer and the number of cells in a row; None if they are unknown."""
    names = [name.strip().lower() for name in header]
    if {"id", COLUMNS[rewriter.task]} <= {*names}:
        return names.index("id"), names.index(COLUMNS[rewriter.task]), len(names)
    if _is_header(header, rewriter.task):
        return (0, 1, 2) if len(names) == 2 and names[0] == "id" else None
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
        conversion.count(kind, line, row[query] if kind is kinds.FILE_NAME_QUERIES else ",".join(row[1:]) or row[0])
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
