"""Read a CSV file as blocks of rows: 200 MB per second, in memory independent of its size.

NumPy splits lines without quotes, and those in which quotes enclose whole cells. From the first block with any other
quote or a lone carriage return on, the csv module parses the rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from harness.data.tables.blocks import TableBlock
from harness.data.tables.compressed import ByteStream, open_decompressed
from harness.data.tables.string_column import PADDING, StringColumn
from harness.errors import DataError

SIZE = 1 << 20  # bytes of a block, more if a line is longer
LONGEST = 1 << 26  # bytes of a line
NEWLINE, RETURN, BLANK, QUOTE, COMMA = b'\n\r ",'
_IS_MARK = np.isin(np.arange(256), [NEWLINE, RETURN, BLANK, QUOTE, COMMA])
_BOM = b"\xef\xbb\xbf"
_UTF_16 = b"\xff\xfe", b"\xfe\xff"
PLACEHOLDER = "\x1a"  # of commas and line ends inside quotes, and of a row of one empty cell
_REPLACED = {ord(letter): PLACEHOLDER for letter in ',"\r\n'}


def read_blocks(path: Path, size: int = SIZE, *, keep_quoted: bool = False) -> Iterator[TableBlock]:
    """Yield the rows of a plain, gzipped or zipped table; the first is the line with the column names.

    Commas, quotes and line ends inside quotes become control characters, which no id has, unless `keep_quoted`.
    Raises DataError for a file that cannot be read, a line above 64 MB, and a quote that is never closed.
    """
    with open_decompressed(path) as stream:
        pieces, line = _lines(stream, size), 1
        for piece in pieces:
            tokens = tokenize(_complete(path, piece, line), line)
            if tokens is None:
                yield from _parsed_blocks(path, chain([piece], pieces), line, size, keep_quoted=keep_quoted)
                return
            block, line = tokens
            yield block


def tokenize(piece: bytes, line: int) -> tuple[TableBlock, int] | None:
    """Return the rows of complete lines from `line` on, and the next line; None if the csv module must parse them."""
    if b'"' in piece and not _quotes_enclose_cells(piece):
        return None
    buffer, marks, letters = _find_marks(piece.replace(b'"', b""))
    is_return = letters == RETURN
    if (buffer[marks[is_return] + 1] != NEWLINE).any():
        return None
    if is_return.any():
        marks, letters = marks[~is_return], letters[~is_return]
    ends = marks.astype(np.int32)
    starts = np.r_[np.int32(0), ends[:-1] + np.int32(1)][: len(ends)]
    return _assemble(buffer, starts, ends, letters, line)


def _find_marks(piece: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the bytes, with padding, and positions and letters of all line ends, blanks, quotes and commas."""
    buffer = np.frombuffer(piece + PADDING, np.uint8)
    marks = np.flatnonzero(buffer[: len(piece)] <= COMMA)
    letters = buffer[marks]
    is_mark = _IS_MARK.take(letters)
    return (buffer, marks, letters) if is_mark.all() else (buffer, marks[is_mark], letters[is_mark])


def _quotes_enclose_cells(piece: bytes) -> bool:
    """Return whether each pair of quotes encloses a cell whose only marks are blanks. False for an empty row `""`."""
    buffer, marks, letters = _find_marks(piece)
    order = np.flatnonzero(letters[letters != BLANK] == QUOTE)
    quotes = marks[letters == QUOTE]
    before, after = np.where(quotes > 0, buffer[quotes - 1], NEWLINE), buffer[quotes + 1]
    opens = (before == COMMA) | (before == NEWLINE)
    closes = (after == COMMA) | (after == NEWLINE) | (after == RETURN)
    if len(quotes) % 2 or not (opens[::2] & ~closes[::2] & closes[1::2] & ~opens[1::2]).all():
        return False
    is_empty_row = (np.diff(quotes)[::2] == 1) & (before[::2] == NEWLINE) & (after[1::2] != COMMA)
    return bool((np.diff(order)[::2] == 1).all() and not is_empty_row.any())


def _assemble(
    buffer: np.ndarray, starts: np.ndarray, ends: np.ndarray, letters: np.ndarray, line: int
) -> tuple[TableBlock, int]:
    """Return the block of words that end before the separators `letters`, without empty lines, and the next line."""
    last = np.flatnonzero(letters == NEWLINE)
    ends[last] -= (buffer[ends[last] - 1] == RETURN) & (ends[last] > starts[last])
    is_empty = (np.diff(last, prepend=-1) == 1) & (starts[last] == ends[last])
    if is_empty.any():
        starts, ends, letters = (np.delete(array, last[is_empty]) for array in (starts, ends, letters))
    cell_stops = np.flatnonzero(letters != BLANK) + 1
    row_stops = np.flatnonzero(letters[cell_stops - 1] == NEWLINE) + 1
    block = TableBlock(
        StringColumn(buffer, starts, ends),
        np.r_[0, cell_stops],
        np.r_[0, row_stops[:-1]][: len(row_stops)],
        np.diff(row_stops, prepend=0),
        line + np.flatnonzero(~is_empty),
    )
    return block, line + len(last)


def _lines(stream: ByteStream, size: int) -> Iterator[bytes]:
    """Yield complete lines; a newline is added to the last if it has none. A line above LONGEST is yielded cut off."""
    mark = stream.read(len(_BOM))
    if mark.startswith(_UTF_16):
        raise DataError(f"{stream.path}: is UTF-16; save the table as CSV in UTF-8")
    read = mark.removeprefix(_BOM) + stream.read(size)
    rest, n_rest = list[bytes](), 0  # joined once, so that a long line takes linear time
    while read:
        end = read.rfind(b"\n") + 1
        if end:
            yield b"".join((*rest, memoryview(read)[:end]))
            rest, n_rest = [], 0
        rest.append(read[end:])
        n_rest += len(read) - end
        if n_rest > LONGEST:
            yield b"".join(rest)
            return
        read = stream.read(size)
    if n_rest:
        yield b"".join(rest) + b"\n"


def _complete(path: Path, piece: bytes, line: int) -> bytes:
    if piece.endswith(b"\n"):
        return piece
    raise DataError(f"{path}, line {line}: is longer than {LONGEST >> 20} MB; write one row for each query")


def _parsed_blocks(
    path: Path, pieces: Iterator[bytes], line: int, size: int, *, keep_quoted: bool
) -> Iterator[TableBlock]:
    """Yield the rows as the csv module parses them; raises DataError after the rows before an error."""
    texts = (StringIO(_complete(path, piece, line).decode("utf-8", "surrogateescape"), newline="") for piece in pieces)
    rows, error = _numbered_rows(path, _csv_reader(chain.from_iterable(texts)), line), None
    while error is None:
        some, error = _next_rows(size, rows)
        if some:
            yield _block_of(some, keep_quoted=keep_quoted)
        elif error is None:
            return
    raise error


def _csv_reader(lines: Iterator[str]) -> Any:
    csv.field_size_limit(max(LONGEST, csv.field_size_limit()))  # one limit for the process: never lower it
    return csv.reader(lines, strict=True)


def _block_of(rows: list[tuple[int, list[str]]], *, keep_quoted: bool) -> TableBlock:
    """Return numbered rows as a block. Control characters hold the places of commas and line ends while it is split."""
    split = "".join(f"{','.join(cell.translate(_REPLACED) for cell in row) or PLACEHOLDER}\n" for _, row in rows)
    tokens = tokenize(split.encode("utf-8", "surrogateescape"), 0)
    assert tokens is not None
    block = tokens[0]
    words = block.words
    if keep_quoted:
        text = "".join(f"{','.join(row) or PLACEHOLDER}\n" for _, row in rows).encode("utf-8", "surrogateescape")
        words = replace(words, buffer=np.frombuffer(text + PADDING, np.uint8))
    return replace(block, words=words, lines=np.array([line for line, _ in rows]))


def _next_rows(
    size: int, rows: Iterator[tuple[int, list[str]]]
) -> tuple[list[tuple[int, list[str]]], DataError | None]:
    """Return the next rows, until they have `size` characters, and the error that ended them early."""
    some: list[tuple[int, list[str]]] = []
    try:
        while size > 0 and (row := next(rows, None)) is not None:
            some.append(row)
            size -= sum(map(len, row[1])) + len(row[1])
    except DataError as error:
        return some, error
    return some, None


def _numbered_rows(path: Path, reader: Any, line: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, with the line on which each begins."""
    while True:
        begin = line + reader.line_num
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise DataError(f"{path}, line {begin}: is no CSV: {_reason(error)}") from None
        if row is None:
            return
        if row:
            yield begin, row


def _reason(error: csv.Error) -> str:
    """Return the error of the csv module, with a remedy where there is one."""
    if "end of data" in str(error):
        return "a quote is opened and never closed"
    return f"{error}; write a quote within quotes twice"
