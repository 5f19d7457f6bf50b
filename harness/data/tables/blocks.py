"""A CSV table of ids as blocks of words: 200 MB in a second, memory flat in its size.

Cells without quotes are cut by our own kernel. From the first quote on, Python's csv module reads the rows, and what
must not stand in an id (commas and line ends within quotes) becomes a control character, which no id has.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO
from itertools import chain
from pathlib import Path

import numpy as np

from harness.data.tables.compressed import ByteStream, open_decompressed
from harness.data.tables.csv_table import csv_error_reason
from harness.data.tables.string_column import PADDING, StringColumn
from harness.errors import DataError

SIZE = 1 << 20  # bytes of a block, more if a line is longer
LONGEST = 1 << 26  # bytes of a line
_BOM = b"\xef\xbb\xbf"
_UTF_16 = b"\xff\xfe", b"\xfe\xff"
_CONTROL = "\x1a"
_NO_ID = {ord(letter): _CONTROL for letter in ',"\r\n'}


@dataclass(frozen=True, eq=False)
class TextColumn:
    """One cell of each row: the words from `begins[j]` to `stops[j]`, at least one, perhaps empty."""

    words: StringColumn
    begins: np.ndarray  # (rows,)
    stops: np.ndarray  # (rows,)

    def __len__(self) -> int:
        return len(self.begins)

    @property
    def word_counts(self) -> np.ndarray:
        """Return how many words each cell has `(rows,)`."""
        return np.asarray(self.stops - self.begins)

    def as_strings(self) -> StringColumn:
        """Return each cell as one word, with the blanks in it."""
        return StringColumn(self.words.buffer, self.words.starts[self.begins], self.words.ends[self.stops - 1])

    def select(self, rows: np.ndarray) -> TextColumn:
        """Return some of the rows, by a mask or by their places."""
        return TextColumn(self.words, self.begins[rows], self.stops[rows])

    def compact(self) -> TextColumn:
        """Return the column without the words of other cells."""
        from harness.data.tables.kernels import gather_ranges

        stops = np.cumsum(self.word_counts)
        starts, ends = (np.empty(stops[-1] if len(stops) else 0, np.int32) for _ in range(2))
        gather_ranges(self.begins, self.stops, self.words.starts, starts)
        gather_ranges(self.begins, self.stops, self.words.ends, ends)
        return TextColumn(StringColumn(self.words.buffer, starts, ends), stops - self.word_counts, stops)

    def repeated_words(self) -> np.ndarray:
        """Return a mask `(words,)` of the words that stand in the same cell before."""
        from harness.data.tables.kernels import mark_repeats

        words, longest = self.words, int(self.word_counts.max(initial=0))
        repeated, room = np.zeros(len(words), bool), np.zeros(2 << longest.bit_length(), np.int64)
        mark_repeats(words.unaligned_u64, words.starts, words.ends, self.begins, self.stops, room, repeated)
        return repeated


@dataclass(frozen=True, eq=False)
class TableBlock:
    """Some rows of a table; blank lines are no rows."""

    words: StringColumn
    cells: np.ndarray  # (cells + 1,) the word with which each cell begins
    rows: np.ndarray  # (rows,) the cell with which each row begins
    widths: np.ndarray  # (rows,) how many cells each row has
    lines: np.ndarray  # (rows,) of the file, from 1

    def __len__(self) -> int:
        return len(self.lines)

    def column(self, cell: int) -> TextColumn:
        """Return a cell of all rows, each of which must have one."""
        return TextColumn(self.words, self.cells[self.rows + cell], self.cells[self.rows + cell + 1])

    def row_strings(self) -> StringColumn:
        """Return each row as one word, with the blanks and commas in it."""
        last = self.cells[self.rows + self.widths] - 1
        return StringColumn(self.words.buffer, self.words.starts[self.cells[self.rows]], self.words.ends[last])

    def select(self, wanted: np.ndarray | slice) -> TableBlock:
        """Return the block with the wanted rows only."""
        return replace(self, rows=self.rows[wanted], widths=self.widths[wanted], lines=self.lines[wanted])


def read_blocks(path: Path, size: int = SIZE) -> Iterator[TableBlock]:
    """Yield the rows of a plain, gzipped or zipped table, its first line, with the names of the columns, first.

    Raises DataError for a file that cannot be read, an endless line, and a quote that is never closed.
    """
    with open_decompressed(path) as stream:
        pieces, line = _lines(stream, size), 1
        for piece in pieces:
            block, next_line = _cut(_ended(path, piece, line), line)
            if block is None:
                yield from _quoted(path, chain([piece], pieces), line, size)
                return
            yield block
            line = next_line


def _lines(stream: ByteStream, size: int) -> Iterator[bytes]:
    """Yield complete lines, the last with a newline added where it has none; or the beginning of an endless one."""
    mark = stream.read(len(_BOM))
    if mark.startswith(_UTF_16):
        raise DataError(f"{stream.path}: is UTF-16; save the table as CSV in UTF-8")
    read = mark.removeprefix(_BOM) + stream.read(size)
    rest = b""
    while read:
        end = read.rfind(b"\n") + 1
        if end:
            yield b"".join((rest, memoryview(read)[:end]))
            rest = read[end:]
        else:
            rest += read
        if len(rest) > LONGEST:
            yield rest
            return
        read = stream.read(size)
    if rest:
        yield rest + b"\n"


def _ended(path: Path, piece: bytes, line: int) -> bytes:
    if piece.endswith(b"\n"):
        return piece
    raise DataError(f"{path}, line {line}: is longer than {LONGEST >> 20} MB; write one row for each query")


def _cut(piece: bytes, line: int) -> tuple[TableBlock | None, int]:
    """Return the rows of complete lines, None where only the csv module can tell what they are, and the next line."""
    from harness.data.tables.kernels import COMMA, tokenize

    text = np.frombuffer(piece + PADDING, np.uint8)
    marks = np.flatnonzero(text[: len(piece)] <= COMMA)
    starts, ends, cells, rows, lines = (np.empty(len(marks) + 1, np.int32) for _ in range(5))
    n_words, n_cells, n_rows, n_lines = tokenize(text, marks, starts, ends, cells, rows, lines)
    if n_words < 0:
        return None, line
    words, widths = StringColumn(text, starts[:n_words], ends[:n_words]), np.diff(rows[: n_rows + 1])
    return TableBlock(
        words, cells[: n_cells + 1], rows[:n_rows], widths, lines[:n_rows].astype(np.int64) + line
    ), line + n_lines


def _quoted(path: Path, pieces: Iterator[bytes], line: int, size: int) -> Iterator[TableBlock]:
    texts = (StringIO(_ended(path, piece, line).decode("utf-8", "surrogateescape"), newline="") for piece in pieces)
    csv.field_size_limit(LONGEST)
    reader = csv.reader(chain.from_iterable(texts), strict=True)
    rows, error = _numbered(path, reader, line), None
    while error is None:
        some, error = _up_to(size, rows)
        if some:
            block, _ = _cut("".join(text for _, text in some).encode("utf-8", "surrogateescape"), 0)
            assert block is not None
            yield replace(block, lines=np.array([number for number, _ in some]))
        elif error is None:
            return
    raise error


def _up_to(size: int, rows: Iterator[tuple[int, list[str]]]) -> tuple[list[tuple[int, str]], DataError | None]:
    """Return the next rows as lines without quotes, until there are so many letters, and what stands in the way."""
    some: list[tuple[int, str]] = []
    try:
        while size > 0 and (found := next(rows, None)) is not None:
            some.append((found[0], f"{','.join(cell.translate(_NO_ID) for cell in found[1]) or _CONTROL}\n"))
            size -= len(some[-1][1])
    except DataError as error:
        return some, error
    return some, None


def _numbered(path: Path, reader: Iterator[list[str]], line: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, with the line on which each begins."""
    while True:
        begun = line + reader.line_num  # type: ignore[attr-defined]
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise DataError(f"{path}, line {begun}: is no CSV: {csv_error_reason(error)}") from None
        if row is None:
            return
        if row:
            yield begun, row
