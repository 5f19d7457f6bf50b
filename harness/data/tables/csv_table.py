"""Named columns of a CSV table, whole or block by block. Every error is one line with path, line number and reason."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Generic, NoReturn, TypeVar

import numpy as np

from harness.data.tables.block_reader import SIZE, read_blocks
from harness.data.tables.blocks import TableBlock, TextColumn, invalid_utf8_rows
from harness.data.tables.cells import quote
from harness.data.tables.column_names import misspelt_columns
from harness.data.tables.id_index import IdIndex
from harness.data.tables.separators import SEPARATORS, quoted_separator, separator_of
from harness.errors import DataError

_LONGEST_HEADER = 1 << 16  # bytes
_HEADER_SIZE = 1 << 12  # bytes read for the header alone
_RESERVED = 1 << 20  # strings for which an index reserves memory at once

Cells = TypeVar("Cells", np.ndarray, TextColumn)


@dataclass(frozen=True, eq=False)
class _Table(Generic[Cells]):
    """Some columns of a CSV file, by name. Blank lines are not rows."""

    path: Path
    columns: dict[str, Cells]
    lines: np.ndarray  # (rows,) line of the file on which each row begins, from 1

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, name: str) -> Cells:
        return self.columns[name]

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def reject(self, row: int, reason: str) -> NoReturn:
        """Raise DataError with the line of a row and the reason."""
        raise DataError(f"{self.path}, line {self.lines[row]}: {reason}")


class CsvTable(_Table[np.ndarray]):
    """A whole table; each column is an array of str `(rows,)`."""


class TableRows(_Table[TextColumn]):
    """Some rows of a table."""


def read_table(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> CsvTable:
    """Return the named columns, and those optional ones that the table has; raises what `read_rows` raises."""
    texts: dict[str, list[str]] = {}
    lines = [np.array([], np.int64)]
    for rows in read_rows(path, columns, optional, keep_quoted=True):
        lines.append(rows.lines)
        for name, column in rows.columns.items():
            texts.setdefault(name, []).extend(column.as_strings().texts())
    return CsvTable(path, {name: np.array(cells, object) for name, cells in texts.items()}, np.concatenate(lines))


def read_rows(
    path: Path, columns: Sequence[str], optional: Sequence[str] = (), *, keep_quoted: bool = False
) -> Iterator[TableRows]:
    """Yield the named columns, and those optional ones that the table has, in at least one block; see `read_blocks`.

    Raises DataError for a missing column, a row longer or shorter than the header, and text that is not CSV in UTF-8.
    """
    header, blocks = open_blocks(path, keep_quoted=keep_quoted)
    _check_header(path, header, columns, optional)
    places = {name: header.index(name) for name in (*columns, *optional) if name in header}
    for block in blocks:
        for row in np.flatnonzero(block.widths != len(header))[:1]:
            raise DataError(
                f"{path}, line {block.lines[row]}: the number of cells is {block.widths[row]}, and the first line "
                f"names {len(header)} ({quote(','.join(header))}); a cell that holds a comma needs quotes"
            )
        for row in invalid_utf8_rows(block)[:1]:
            raise _not_utf8(path, block.lines[row])
        yield TableRows(path, {name: block.column(cell) for name, cell in places.items()}, block.lines)


def read_header(path: Path) -> list[str]:
    """Return the column names of a table; raises DataError for repeated names and text that is not CSV in UTF-8."""
    header, _ = open_blocks(path, _HEADER_SIZE)
    _check_header(path, header, [])
    return header


def open_blocks(path: Path, size: int = SIZE, *, keep_quoted: bool = False) -> tuple[list[str], Iterator[TableBlock]]:
    """Return the column names of a table and the blocks of rows below them. Raises DataError for repeated names."""
    blocks = read_blocks(path, size, keep_quoted=keep_quoted)
    block = _first_block(path, blocks)
    if block is None or not len(block) or block.lines[0] != 1:
        raise DataError(f"{path}: the first line is empty; it must name the columns")
    head = block.select(slice(1))
    if head.row_strings().lengths[0] >= _LONGEST_HEADER:
        raise DataError(f"{path}: the first line is longer than {_LONGEST_HEADER} bytes; is this a CSV table?")
    header = [head.column(cell).as_strings().texts()[0] for cell in range(int(head.widths[0]))]
    for place, name in enumerate(header):
        if name in header[:place]:
            raise DataError(f"{path}: the first line names {quote(name)} twice; name each column once")
    return header, chain([block.select(slice(1, None))], blocks)


def read_id_index(path: Path, column: str) -> IdIndex:
    """Return the distinct cells of a column in the order of their first rows."""
    index, size = IdIndex(), os.path.getsize(path) if os.path.exists(path) else 0
    for rows in read_rows(path, [column]):
        ids, is_first = rows[column].as_strings(), not len(index)
        index.add(ids)
        if is_first and len(index) == len(ids) > 0:  # the ids are distinct: expect as many in each further block
            blocks = min(size / len(ids.buffer), _RESERVED / len(ids)) - 1
            index.reserve(max(0, int(blocks * len(ids))), max(0, int(blocks * ids.lengths.sum())))
    return index


def _check_header(path: Path, header: list[str], columns: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Raise DataError for a header that lacks a column, or has an optional one only in another spelling."""
    if not ",".join(header).isascii() and any("\udc80" <= letter <= "\udcff" for letter in "".join(header)):
        raise _not_utf8(path, 1)
    missing = [name for name in columns if name not in header]
    separator = separator_of(header[0]) if (missing or not columns) and len(header) == 1 else None
    if separator:
        raise _other_separator(path, separator, header[0])
    if missing:
        raise DataError(
            f"{path}: the first line must name the column{'s' * (len(columns) > 1)} {','.join(columns)}; "
            f"{','.join(missing)} is missing (found: {quote(','.join(header))})"
        )
    for name, misspelt in misspelt_columns(header, optional).items():
        raise DataError(f"{path}: the first line names {quote(misspelt)} in place of {name}; rename this column")


def _first_block(path: Path, blocks: Iterator[TableBlock]) -> TableBlock | None:
    """Return the first block; DataError that names the separators of quoted columns if they are not commas."""
    try:
        return next(blocks, None)
    except DataError:
        line, separator = quoted_separator(path)
        if separator:
            raise _other_separator(path, separator, line) from None
        raise


def _other_separator(path: Path, separator: str, line: str) -> DataError:
    return DataError(
        f"{path}: the columns are separated by {SEPARATORS[separator]}; separate them by commas (found: {quote(line)})"
    )


def _not_utf8(path: Path, line: int) -> DataError:
    return DataError(f"{path}, line {line}: is not UTF-8; save the table as CSV in UTF-8")
