"""Read a table of hashes: a column `id`, perhaps `part`, and columns of hexadecimal digits as imagehash writes them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from harness.data.hash_tables.hash_table import HashTable
from harness.data.hash_tables.hex_digits import WORD_DIGITS, parse_digits
from harness.data.hash_tables.rows_by_part import RowCollector
from harness.data.tables.block_reader import PLACEHOLDER
from harness.data.tables.cells import quote
from harness.data.tables.csv_table import TableRows, read_header, read_rows
from harness.errors import DataError

_LONGEST = 1024  # digits of a hash


def read_hash_table(path: Path, columns: Mapping[str, Sequence[str]]) -> HashTable:
    """Return the hashes of some kinds; `columns` are the names that the column of each kind may have.

    Other columns are ignored. The same id may be repeated with the same hashes. With a column `part` (train, index or
    test) a row is of that part only.

    Raises DataError for a file that does not exist or is no such table, with the line of the first fault.
    """
    if "solution" in os.path.basename(os.path.realpath(path)).lower():
        raise DataError(
            f"{path}: has the name of a ground truth, and is not read; rename it if it is a table of hashes"
        )
    if not path.is_file():
        raise DataError(
            f"{path}: there is no such file of hashes; landmark data hashes DIR --out {path.name} writes one"
        )
    header = _read_names(path)
    names = [_find_column(path, header, kind, possible) for kind, possible in columns.items()]
    collector, cells = RowCollector(path, has_parts="part" in header), [HashColumn() for _ in names]
    for rows in read_rows(path, ["id", *names], ["part"]):
        filled = [column.add(rows, name) for column, name in zip(cells, names, strict=True)]
        collector.add(rows, np.logical_and.reduce(filled))
    hashes = {kind: column.words() for kind, column in zip(columns, cells, strict=True)}
    return HashTable(path, hashes, collector.ids, collector.rows_by_part(hashes))


def _read_names(path: Path) -> list[str]:
    header = read_header(path)
    if "id" not in header:
        raise DataError(
            f"{path}, line 1: a table of hashes has a column id; it is missing (found: {quote(','.join(header))})"
        )
    return header


def _find_column(path: Path, header: Sequence[str], kind: str, possible: Sequence[str]) -> str:
    """Return the column of a kind; DataError unless there is exactly one."""
    found = [name for name in possible if name in header]
    if len(found) == 1:
        return found[0]
    if found:
        raise DataError(f"{path}, line 1: {' and '.join(found)} are columns of the same hash; remove one of them")
    others = ", ".join(name for name in header if name not in ("id", "part", "")) or "none"
    raise DataError(
        f"{path}, line 1: there is no column {quote(possible[0])} for kind={quote(kind)}; others that kind can name: "
        f"{quote(others)}"
    )


class HashColumn:
    """The hashes of one kind, block by block; all have as many digits as the first one."""

    def __init__(self) -> None:
        self.width, self._first_line = 0, 0
        self._blocks: list[np.ndarray] = []

    def add(self, rows: TableRows, name: str) -> np.ndarray:
        """Add the cells of a block, and return a mask of those that are not empty.

        Raises DataError for a cell that is no hash.
        """
        lengths = rows[name].as_strings().lengths
        filled = np.flatnonzero(lengths)
        self._require_width(rows, name, filled, lengths[filled])
        words = np.zeros((len(rows), -(-self.width // WORD_DIGITS) or 1), np.uint64)
        if len(filled):
            words[filled] = _parse_cells(rows, name, filled, self.width)
        self._blocks.append(words)
        return np.asarray(lengths > 0)

    def _require_width(self, rows: TableRows, name: str, filled: np.ndarray, lengths: np.ndarray) -> None:
        if len(filled) and not self.width:
            self.width, self._first_line = int(lengths[0]), int(rows.lines[filled[0]])
            _require_one_hash(rows, name, int(filled[0]))
        if self.width > _LONGEST:
            rows.reject(int(filled[0]), f"{name} has {self.width} letters; a hash has at most {_LONGEST} digits")
        for place in np.flatnonzero(lengths != self.width)[:1]:
            _require_one_hash(rows, name, int(filled[place]))
            rows.reject(
                int(filled[place]),
                f"{name} has {lengths[place]} digits, and {self.width} on line {self._first_line}; all hashes of a "
                "column have the same length (pandas drops leading zeros: read_csv with dtype=str)",
            )

    def words(self) -> np.ndarray:
        """Return all hashes, (rows,) uint64 up to 16 digits and (rows, words) above."""
        width = max((block.shape[1] for block in self._blocks), default=1)
        blocks = [np.zeros((len(each), width), np.uint64) if each.shape[1] < width else each for each in self._blocks]
        words = np.concatenate(blocks) if blocks else np.zeros((0, 1), np.uint64)
        return words[:, 0] if width == 1 else words


def _require_one_hash(rows: TableRows, name: str, row: int) -> None:
    """Raise DataError for a cell with the hashes of several segments, as imagehash's crop_resistant_hash has them."""
    commas = rows[name].as_strings()[row : row + 1].texts()[0].count(PLACEHOLDER)
    if commas:
        advice = "write one; the solution crop_resistant_hash computes and compares those of segments itself"
        rows.reject(row, f"{name} has {commas + 1} hashes, separated by commas; {advice}")


def _parse_cells(rows: TableRows, name: str, filled: np.ndarray, width: int) -> np.ndarray:
    """Return the numbers of cells with `width` letters each; DataError for other letters than digits."""
    cells = rows[name].as_strings()
    words, valid = parse_digits(cells.buffer[cells.starts[filled][:, None] + np.arange(width)])
    for row in filled[~valid][:1]:
        text = quote(cells[row : row + 1].texts()[0], 40)
        rows.reject(row, f"{name} is {text}, which is no hash in hexadecimal digits")
    return words
