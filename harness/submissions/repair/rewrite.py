"""Write a repaired copy of a submission file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from harness.atomic_files import atomic_path, require_writable
from harness.data.ground_truth_files import COLUMNS
from harness.data.tables.block_reader import PLACEHOLDER
from harness.data.tables.blocks import TableBlock, invalid_utf8_rows
from harness.data.tables.string_column import StringColumn
from harness.errors import SubmissionError
from harness.submissions.repair.fixes import repair_labels, repair_rankings
from harness.submissions.repair.formatting import find_quirks, removed_quirks
from harness.submissions.repair.summary import RepairResult
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.columns import find_columns
from harness.submissions.validation.reference_ids import ReferenceIds
from harness.submissions.validation.report import SubmissionColumns, ValidationReport
from harness.submissions.validation.validate import load_reference, validate_against, validate_rows
from metrics import Task

_COMPRESSED = (".gz", ".zip")
_NEEDS_QUOTES = re.compile('[,"\\r\\n]')


class _OutputRow(NamedTuple):
    """A row to write: the number of its query (-1: unknown), then its id and answer.

    A row that cannot be repaired has the whole line as `text`, without trailing blanks, and no answer. `lost` is the
    former answer if none of its entries was valid.
    """

    query: int
    text: str
    answer: str | None
    lost: str = ""


def repaired_path(path: Path) -> Path:
    """Return the default path of a repaired copy.

    >>> print(repaired_path(Path("a/b.csv")), repaired_path(Path("b.csv.gz")), repaired_path(Path("b")))
    a/b.fixed.csv b.fixed.csv b.fixed
    """
    plain = path.with_suffix("") if path.suffix in _COMPRESSED else path
    return plain.with_name(f"{plain.stem}.fixed{plain.suffix}")


def repair_file(path: Path, out: Path, folder: Path, task: Task | None = None, *, force: bool = False) -> RepairResult:
    """Write a repaired copy of a submission file to `out` atomically; return what was repaired and what was not.

    Rows keep their order; missing queries follow in the order of test.csv. A row that cannot be repaired only loses
    trailing blanks and quotes that it does not need.

    Raises SubmissionError if the file cannot be read, its columns cannot be determined, or `out` cannot be written;
    DataError for a competition that cannot be read.
    """
    _require_free(path, out, force=force)
    reference, task = load_reference(path, folder, task)
    with validate_rows(path, reference, task) as (before, source):
        _require_columns(before)
        after, lost, dropped = _write_repaired(source, out, before, reference, task)
    quirks = removed_quirks(find_quirks(path), find_quirks(out))
    return RepairResult(before, after, quirks, lost, dropped)


def _write_repaired(
    source: Path, out: Path, before: ValidationReport, reference: ReferenceIds, task: Task
) -> tuple[ValidationReport, list[tuple[str, str]], list[tuple[str, str]]]:
    """Write the repaired rows of a file with rows in the usual format.

    Returns the report on the new file, the queries that have lost their answer and the unknown queries that had one,
    each with this answer.
    """
    rows = partial(_repaired_rows, source, reference, task)
    has_duplicates = {kinds.REPEATED_QUERY.name, kinds.UNKNOWN_QUERY.name} & set(before.fault_by_kind)
    answered = {row.query for row in rows() if row.answer} if has_duplicates else set()
    try:
        with atomic_path(out) as temporary:
            with temporary.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
                file.write(f"id,{COLUMNS[task]}\n")
                lost, dropped = _write_rows(rows(), answered, reference, file)
            after = validate_against(temporary, reference, task)
    except OSError as error:
        raise SubmissionError(f"{out}: cannot be written: {error.strerror}; no file was left there") from None
    after.path = out
    return after, lost, dropped


def _require_free(path: Path, out: Path, *, force: bool) -> None:
    if os.path.realpath(path) == os.path.realpath(out):
        raise SubmissionError(f"{out}: is the input file; choose another with --out")
    if os.path.lexists(out) and not os.path.isfile(out):
        raise SubmissionError(f"{out}: is not a file; choose another with --out")
    if os.path.lexists(out) and not force:
        raise SubmissionError(f"{out}: exists already; choose another with --out, or overwrite it with --force")
    require_writable(out)


def _require_columns(before: ValidationReport) -> None:
    """Raise SubmissionError if the columns of the rows cannot be determined."""
    faults = before.fault_by_kind
    if kinds.UNREADABLE.name in faults:
        raise SubmissionError(f"{before.path}: {faults[kinds.UNREADABLE.name].example}")
    if before.columns is None:
        raise SubmissionError(f"{before.path}: the columns cannot be determined; name them in the first line")
    malformed = [faults[kind.name] for kind in (kinds.CELLS, kinds.ENCODING) if kind.name in faults]
    if malformed and before.columns != SubmissionColumns(before.columns.task):
        raise SubmissionError(
            f"{before.path}, {malformed[0].location}: the columns cannot be reordered because of this row; correct it"
        )


def _repaired_rows(path: Path, reference: ReferenceIds, task: Task) -> Iterator[_OutputRow]:
    located = find_columns(path, reference, task, ValidationReport(path))
    assert located is not None
    for block in located[1]:
        yield from _repair_block(block, located[0], reference)


def _repair_block(block: TableBlock, columns: SubmissionColumns, reference: ReferenceIds) -> Iterator[_OutputRow]:
    malformed = block.widths != columns.width
    malformed[invalid_utf8_rows(block)] = True
    complete, other = block.select(~malformed), block.select(malformed)
    ids, numbers = _repair_queries(complete.column(columns.query).as_strings(), reference)
    cells = complete.column(columns.answer)
    is_ranking = columns.task == "retrieval"
    answers = repair_rankings(cells, ids, reference) if is_ranking else repair_labels(cells, reference)
    lost = map(_lost_answer, ids, cells.as_strings().texts(), answers)
    repaired = map(_OutputRow, numbers, ids, answers, lost)
    texts = (_row_text(other.select(slice(row, row + 1))) for row in range(len(other)))
    unrepaired = zip(_query_numbers(other, columns, reference), texts, strict=True)
    for is_malformed in malformed.tolist():
        yield _OutputRow(*next(unrepaired), None) if is_malformed else next(repaired)


def _lost_answer(query: str, cell: str, answer: str) -> str:
    """Return an answer that became empty, unless it listed only the query itself."""
    return cell if not answer and set(cell.split(" ")) - {"", query} else ""


def _row_text(row: TableBlock) -> str:
    """Return the only row of a block as a line of CSV, without trailing blanks; empty for a row of an empty cell."""
    cells = [row.column(cell).as_strings().texts()[0] for cell in range(int(row.widths[0]))]
    return "" if cells == [PLACEHOLDER] else ",".join(map(_quote_cell, cells)).rstrip(" ")


def _quote_cell(cell: str) -> str:
    """Return a cell in quotes if it holds a comma, a quote or a line end."""
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if _NEEDS_QUOTES.search(cell) else cell


def _repair_queries(cells: StringColumn, reference: ReferenceIds) -> tuple[list[str], list[int]]:
    """Return the query ids, stripped of blanks if that gives a known query, and their numbers, -1 for unknown."""
    ids = cells.texts()
    if reference.accepts_any_query:
        return ids, reference.queries.add(cells).tolist()
    numbers = reference.queries.find(cells)
    unknown = np.flatnonzero(numbers < 0).tolist()
    stripped = [ids[row].strip() for row in unknown]
    stripped_numbers = reference.queries.find(StringColumn.from_texts(stripped)).tolist()
    for row, text, number in zip(unknown, stripped, stripped_numbers, strict=True):
        if number >= 0:
            ids[row], numbers[row] = text, number
    return ids, numbers.tolist()


def _query_numbers(block: TableBlock, columns: SubmissionColumns, reference: ReferenceIds) -> list[int]:
    """Return the query number of each row, whatever its number of cells; -1 for none."""
    numbers, has_query = np.full(len(block), -1), block.widths > columns.query
    numbers[has_query] = _repair_queries(block.select(has_query).column(columns.query).as_strings(), reference)[1]
    return numbers.tolist()


def _write_rows(
    rows: Iterator[_OutputRow], answered: set[int], reference: ReferenceIds, file: IO[str]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Write each distinct answer of each query, then the missing queries; skip empty rows of answered queries.

    Returns the queries that have lost their answer and the unknown queries that had one, each with this answer.
    """
    written: set[tuple[int, bytes]] = set()
    mentioned: set[int] = set()
    with_answer: set[int] = set()
    lost: dict[int, tuple[str, str]] = {}
    dropped: list[tuple[str, str]] = []
    for query, text, answer, former in rows:
        mentioned.add(query)
        if former:
            lost[query] = text, former
        if answer is None:
            file.write(f"{text}\n" * bool(text))
            continue
        if query < 0 and (answer or former):
            dropped.append((text, answer or former))
        key = query, blake2b(answer.encode("utf-8", "surrogateescape"), digest_size=16).digest()
        if query < 0 or key in written or (not answer and query in answered):
            continue
        written.add(key)
        if answer:
            with_answer.add(query)
        file.write(f"{_quote_cell(text)},{_quote_cell(answer)}\n")
    missing = np.array([query for query in range(reference.n_required) if query not in mentioned], int)
    file.writelines(f"{query},\n" for query in reference.queries.strings()[missing].texts())
    return [pair for query, pair in lost.items() if query >= 0 and query not in with_answer], dropped
