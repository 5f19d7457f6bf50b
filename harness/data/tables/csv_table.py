"""The CSV tables of a competition and of submissions, read whole or in blocks, or refused in one line."""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from harness.errors import DataError

if TYPE_CHECKING:
    from _csv import Reader

_LONGEST_HEADER = 1 << 16
_LONGEST_CELL = 1 << 30  # Python's own limit is 131072, some seven thousand ids
_ROWS = 4096  # of a block


@dataclass(frozen=True, eq=False)
class CsvTable:
    """Some columns of a CSV file as text, `(n,)` each; blank lines are no rows."""

    path: Path
    columns: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def reject(self, row: int, why: str) -> NoReturn:
        """Raise DataError with the line of a row and the reason."""
        raise DataError(f"{self.path}, line {line_of(self.path, row)}: {why}")


def read_table(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> CsvTable:
    """Return the named columns of a table, and those optional ones that it has.

    Raises DataError for a missing column, a row longer or shorter than the header, and what is no CSV in UTF-8.
    """
    header = read_header(path)
    texts: dict[str, list[str]] = {name: [] for name in (*columns, *(name for name in optional if name in header))}
    for block in read_blocks(path, list(texts)):
        for name, cells in zip(texts, block, strict=True):
            texts[name] += cells
    return CsvTable(path, {name: np.array(cells, object) for name, cells in texts.items()})


def read_blocks(path: Path, columns: Sequence[str]) -> Iterator[list[list[str]]]:
    """Yield the cells of each named column, some thousand rows at a time; raises what `read_table` raises."""
    header = read_header(path)
    require_columns(path, header, columns)
    pick = [itemgetter(header.index(name)) for name in columns]
    try:
        with _opened(path) as (_, reader):
            while rows := list(islice(reader, _ROWS)):
                full = list(filter(None, rows))
                if {*map(len, full)} - {len(header)}:
                    _refuse(path, header)
                yield [list(map(cell, full)) for cell in pick]
    except (csv.Error, UnicodeDecodeError):
        _refuse(path, header)


def read_header(path: Path) -> list[str]:
    """Return the column names of a CSV file, no two alike."""
    try:
        with _opened(path) as (found, _):
            header = found
    except UnicodeDecodeError:
        _refuse(path, [])
    for place, name in enumerate(header):
        if name in header[:place]:
            raise DataError(f"{path}: the first line names {quote(name)} twice; name each column once")
    return header


def line_of(path: Path, row: int) -> int:
    """Return the line of the file, from 1, on which a row of the table begins."""
    with _opened(path) as (_, reader):
        return next(islice((line for line, cells in _numbered(path, reader) if cells), row, None))


def parse_whole_numbers(texts: Sequence[str] | np.ndarray) -> np.ndarray | None:
    """Return texts of at most 18 decimal digits as int64 `(n,)`; None if one of them is anything else.

    >>> whole_numbers(["7", "012"]), whole_numbers(["7", "-1"])
    (array([ 7, 12]), None)
    """
    joined = "".join(texts)
    lengths = {*map(len, texts)}
    if lengths and not (joined.isascii() and joined.isdecimal() and min(lengths) > 0 and max(lengths) <= 18):
        return None
    return np.array([*map(int, texts)], np.int64)


def quote(text: object, longest: int = 80) -> str:
    r"""Return hostile text as one short, printable line.

    >>> print(quote("a\nb" + 100 * "x", longest=12))
    'a\nbxxxxx…'
    """
    head = str(text)[: longest + 1]
    line = repr(head) if head.isprintable() else ascii(head)
    return line if len(line) <= longest else line[: longest - 2] + "…" + line[0]


@contextmanager
def _opened(path: Path) -> Iterator[tuple[list[str], Reader]]:
    """Give the column names of a CSV file and a reader of the rows below."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise DataError(f"{path}: is not a file; a CSV table is needed there")
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield _header(path, file.readline(_LONGEST_HEADER)), csv.reader(file, strict=True)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None


def _header(path: Path, line: str) -> list[str]:
    if len(line) >= _LONGEST_HEADER:
        raise DataError(f"{path}: the first line is longer than {_LONGEST_HEADER} characters; is this a CSV table?")
    if not line.strip():
        raise DataError(f"{path}: the first line is empty; it must name the columns")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        raise DataError(f"{path}, line 1: is no CSV: {csv_error_reason(error)}") from None


def require_columns(path: Path, header: list[str], columns: Sequence[str]) -> None:
    """Raise DataError where the header lacks one of the columns."""
    missing = [name for name in columns if name not in header]
    if missing:
        raise DataError(
            f"{path}: the first line must name the column{'s' * (len(columns) > 1)} {','.join(columns)}; "
            f"{','.join(missing)} is missing (found: {quote(','.join(header))})"
        )


def _numbered(path: Path, reader: Reader) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the header, blank ones too, with the line on which each begins."""
    while True:
        line = reader.line_num + 2
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise DataError(f"{path}, line {line}: is no CSV: {csv_error_reason(error)}") from None
        if cells is None:
            return
        yield line, cells


def _refuse(path: Path, header: list[str]) -> NoReturn:
    """Raise DataError for the first line that is no UTF-8, or else the first row that is no row of the table."""
    with path.open("rb") as file:
        for line, raw in enumerate(file, 1):
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError:
                raise DataError(f"{path}, line {line}: is not UTF-8; save the table as CSV in UTF-8") from None
    with _opened(path) as (_, reader):
        for line, cells in _numbered(path, reader):
            if cells and len(cells) != len(header):
                raise DataError(
                    f"{path}, line {line}: the number of cells is {len(cells)}, and the first line names {len(header)} "
                    f"({quote(','.join(header))}); a cell that holds a comma needs quotes"
                )
    raise DataError(f"{path}: changed while it was read; try again")


def csv_error_reason(error: csv.Error) -> str:
    """Return what the csv module stumbled on, with a remedy where there is one."""
    return (
        "a quote is opened and never closed"
        if "end of data" in str(error)
        else f"{error}; write a quote within quotes twice"
    )
