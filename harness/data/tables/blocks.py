"""Rows of a CSV table as arrays: the words of all cells in one buffer, and where each cell and row begins."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from harness.data.tables.hash_key import HASH_KEY
from harness.data.tables.string_column import StringColumn
from metrics.jit import suits_python


@dataclass(frozen=True, eq=False)
class TextColumn:
    """One cell per row. Cell j consists of words `begins[j]` to `stops[j] - 1`: at least one, which may be empty."""

    words: StringColumn
    begins: np.ndarray  # (rows,)
    stops: np.ndarray  # (rows,)

    def __len__(self) -> int:
        return len(self.begins)

    @property
    def word_counts(self) -> np.ndarray:
        """Return the number of words in each cell `(rows,)`."""
        return np.asarray(self.stops - self.begins)

    def as_strings(self) -> StringColumn:
        """Return each cell as one string, including blanks."""
        return StringColumn(self.words.buffer, self.words.starts[self.begins], self.words.ends[self.stops - 1])

    def select(self, rows: np.ndarray) -> TextColumn:
        """Return some of the rows, by a mask or by positions."""
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
        """Return a mask `(words,)` of the words that occur earlier in the same cell."""
        if suits_python(len(self.words)):
            return self._repeated_texts()
        from harness.data.tables.kernels import mark_repeats

        words, longest = self.words, int(self.word_counts.max(initial=0))
        repeated, room = np.zeros(len(words), bool), np.zeros(2 << longest.bit_length(), np.int64)
        mark_repeats(words.unaligned_u64, words.starts, words.ends, self.begins, self.stops, room, repeated, HASH_KEY)
        return repeated

    def _repeated_texts(self) -> np.ndarray:
        texts, repeated = self.words.texts(), np.zeros(len(self.words), bool)
        for begin, stop in zip(self.begins.tolist(), self.stops.tolist(), strict=True):
            seen: set[str] = set()
            for word in range(begin, stop):
                repeated[word] = texts[word] in seen
                seen.add(texts[word])
        return repeated


@dataclass(frozen=True, eq=False)
class TableBlock:
    """Some rows of a table. Blank lines are not rows."""

    words: StringColumn
    cells: np.ndarray  # (cells + 1,) first word of each cell
    rows: np.ndarray  # (rows,) first cell of each row
    widths: np.ndarray  # (rows,) number of cells in each row
    lines: np.ndarray  # (rows,) line of the file, from 1

    def __len__(self) -> int:
        return len(self.lines)

    def column(self, cell: int) -> TextColumn:
        """Return a cell of all rows, each of which must have it."""
        return TextColumn(self.words, self.cells[self.rows + cell], self.cells[self.rows + cell + 1])

    def row_strings(self) -> StringColumn:
        """Return each row as one string, including blanks and commas."""
        last = self.cells[self.rows + self.widths] - 1
        return StringColumn(self.words.buffer, self.words.starts[self.cells[self.rows]], self.words.ends[last])

    def select(self, rows: np.ndarray | slice) -> TableBlock:
        """Return some of the rows."""
        return replace(self, rows=self.rows[rows], widths=self.widths[rows], lines=self.lines[rows])


def invalid_utf8_rows(block: TableBlock) -> np.ndarray:
    """Return the positions of the rows that hold bytes which are not valid UTF-8."""
    buffer = block.words.buffer
    try:
        if buffer.max(initial=0) >= 128:
            buffer.tobytes().decode("utf-8")
    except UnicodeDecodeError:
        rows, high = block.row_strings(), np.flatnonzero(buffer >= 128)
        some = np.flatnonzero(np.searchsorted(high, rows.starts) < np.searchsorted(high, rows.ends))
        return some[[any("\udc80" <= letter <= "\udcff" for letter in row) for row in rows[some].texts()]]
    return np.array([], int)
