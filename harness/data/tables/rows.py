"""The named columns of a table of ids, block by block, or refused in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NoReturn

import numpy as np

from harness.data.tables.blocks import TableBlock, TextColumn, read_blocks
from harness.data.tables.csv_table import quote, require_columns
from harness.data.tables.id_index import IdIndex
from harness.errors import DataError

_LONGEST_HEADER = 1 << 16  # bytes
_FORESEEN = 1 << 20  # words for which room is made at once


@dataclass(frozen=True, eq=False)
class TableRows:
    """Some rows of the named columns."""

    path: Path
    columns: dict[str, TextColumn]
    lines: np.ndarray  # (rows,) of the file, from 1

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, name: str) -> TextColumn:
        return self.columns[name]

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def reject(self, row: int, why: str) -> NoReturn:
        """Raise DataError with the line of a row and the reason."""
        raise DataError(f"{self.path}, line {self.lines[row]}: {why}")


def read_rows(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> Iterator[TableRows]:
    """Yield the named columns of a table, and those optional ones that it has.

    Raises DataError for a missing column, a row longer or shorter than the header, and what is no CSV in UTF-8.
    """
    header, blocks = open_blocks(path)
    require_columns(path, header, columns)
    wanted = {name: header.index(name) for name in (*columns, *optional) if name in header}
    for block in blocks:
        for row in np.flatnonzero(block.widths != len(header))[:1]:
            raise DataError(
                f"{path}, line {block.lines[row]}: the number of cells is {block.widths[row]}, and the first line "
                f"names {len(header)} ({quote(','.join(header))}); a cell that holds a comma needs quotes"
            )
        for row in invalid_utf8_rows(block)[:1]:
            raise DataError(f"{path}, line {block.lines[row]}: is not UTF-8; save the table as CSV in UTF-8")
        yield TableRows(path, {name: block.column(cell) for name, cell in wanted.items()}, block.lines)


def open_blocks(path: Path) -> tuple[list[str], Iterator[TableBlock]]:
    """Return the column names of a table, no two alike, and the blocks of rows below them."""
    blocks = read_blocks(path)
    block = next(blocks, None)
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


def invalid_utf8_rows(block: TableBlock) -> np.ndarray:
    """Return the rows that hold bytes which are no text in UTF-8."""
    text = block.words.buffer
    try:
        if text.max(initial=0) >= 128:
            text.tobytes().decode("utf-8")
    except UnicodeDecodeError:
        rows, high = block.row_strings(), np.flatnonzero(text >= 128)
        some = np.flatnonzero(np.searchsorted(high, rows.starts) < np.searchsorted(high, rows.ends))
        return some[[not _is_utf_8(row) for row in rows[some].texts()]]
    return np.array([], int)


def read_id_index(path: Path, column: str) -> IdIndex:
    """Return the different cells of a column in the order of their first rows."""
    found, size = IdIndex(), os.path.getsize(path)
    for rows in read_rows(path, [column]):
        words, first = rows[column].as_strings(), not len(found)
        found.add(words)
        if first and len(found) == len(words) > 0:  # ids, and not what repeats
            blocks = min(size / len(words.buffer), _FORESEEN / len(words)) - 1  # of a plain file, all rows as long
            found.reserve(max(0, int(blocks * len(words))), max(0, int(blocks * words.lengths.sum())))
    return found


def _is_utf_8(text: str) -> bool:
    return not any("\udc80" <= letter <= "\udcff" for letter in text)
