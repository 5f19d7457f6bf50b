"""The named columns of a table of ids, block by block, or refused in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NoReturn

import numpy as np

from harness.data.tables.blocks import Block, Column, read_blocks
from harness.data.tables.csv_table import require, shown
from harness.data.tables.id_index import Vocabulary
from harness.errors import DataError

_LONGEST_HEADER = 1 << 16  # bytes
_FORESEEN = 1 << 20  # words for which room is made at once


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of the named columns."""

    path: Path
    columns: dict[str, Column]
    lines: np.ndarray  # (rows,) of the file, from 1

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def refuse(self, row: int, why: str) -> NoReturn:
        """Raise DataError with the line of a row and the reason."""
        raise DataError(f"{self.path}, line {self.lines[row]}: {why}")


def read_rows(path: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Rows]:
    """Yield the named columns of a table, and those optional ones that it has.

    Raises DataError for a missing column, a row longer or shorter than the header, and what is no CSV in UTF-8.
    """
    header, blocks = open_blocks(path)
    require(path, header, columns)
    wanted = {name: header.index(name) for name in (*columns, *optional) if name in header}
    for block in blocks:
        for row in np.flatnonzero(block.widths != len(header))[:1]:
            raise DataError(
                f"{path}, line {block.lines[row]}: the number of cells is {block.widths[row]}, and the first line "
                f"names {len(header)} ({shown(','.join(header))}); a cell that holds a comma needs quotes"
            )
        for row in not_utf_8(block)[:1]:
            raise DataError(f"{path}, line {block.lines[row]}: is not UTF-8; save the table as CSV in UTF-8")
        yield Rows(path, {name: block.column(cell) for name, cell in wanted.items()}, block.lines)


def open_blocks(path: Path) -> tuple[list[str], Iterator[Block]]:
    """Return the column names of a table, no two alike, and the blocks of rows below them."""
    blocks = read_blocks(path)
    block = next(blocks, None)
    if block is None or not len(block) or block.lines[0] != 1:
        raise DataError(f"{path}: the first line is empty; it must name the columns")
    head = block.only(slice(1))
    if head.whole().lengths[0] >= _LONGEST_HEADER:
        raise DataError(f"{path}: the first line is longer than {_LONGEST_HEADER} bytes; is this a CSV table?")
    header = [head.column(cell).whole().texts()[0] for cell in range(int(head.widths[0]))]
    for place, name in enumerate(header):
        if name in header[:place]:
            raise DataError(f"{path}: the first line names {shown(name)} twice; name each column once")
    return header, chain([block.only(slice(1, None))], blocks)


def not_utf_8(block: Block) -> np.ndarray:
    """Return the rows that hold bytes which are no text in UTF-8."""
    text = block.words.text
    try:
        if text.max(initial=0) >= 128:
            text.tobytes().decode("utf-8")
    except UnicodeDecodeError:
        rows, high = block.whole(), np.flatnonzero(text >= 128)
        some = np.flatnonzero(np.searchsorted(high, rows.starts) < np.searchsorted(high, rows.ends))
        return some[[not _is_utf_8(row) for row in rows[some].texts()]]
    return np.array([], int)


def read_vocabulary(path: Path, column: str) -> Vocabulary:
    """Return the different cells of a column in the order of their first rows."""
    found, size = Vocabulary(), os.path.getsize(path)
    for rows in read_rows(path, [column]):
        words, first = rows[column].whole(), not len(found)
        found.add(words)
        if first and len(found) == len(words) > 0:  # ids, and not what repeats
            blocks = min(size / len(words.text), _FORESEEN / len(words)) - 1  # of a plain file, all rows as long
            found.reserve(max(0, int(blocks * len(words))), max(0, int(blocks * words.lengths.sum())))
    return found


def _is_utf_8(text: str) -> bool:
    return not any("\udc80" <= letter <= "\udcff" for letter in text)
