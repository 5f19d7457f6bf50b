"""Columns of strings in one byte buffer with offsets, like Arrow string arrays: a million str objects are slow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.jit import suits_python

PADDING = bytes(8)  # eight bytes can be read at any position
_ROWS = 4096  # rows per call of the kernel


@dataclass(frozen=True, eq=False)
class StringColumn:
    """String i is `buffer[starts[i]:ends[i]]` in UTF-8; invalid bytes are escaped as surrogates."""

    buffer: np.ndarray  # (bytes,) uint8, with `PADDING` after the last string
    starts: np.ndarray  # (n,)
    ends: np.ndarray  # (n,)

    @classmethod
    def from_texts(cls, texts: Sequence[str] | np.ndarray) -> StringColumn:
        """Return texts as a column.

        >>> StringColumn.from_texts(["b", "", "über"]).texts()
        ['b', '', 'über']
        """
        joined = "".join(texts)
        encoded = joined.encode("utf-8", "surrogateescape")
        lengths = map(len, texts) if len(joined) == len(encoded) else (len(_encode(text)) for text in texts)
        ends = np.cumsum(np.fromiter(lengths, np.int64, len(texts)))
        return cls(np.frombuffer(encoded + PADDING, np.uint8), np.r_[0, ends[:-1]] if len(ends) else ends, ends)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, which: slice | np.ndarray) -> StringColumn:
        """Return some of the strings."""
        return StringColumn(self.buffer, self.starts[which], self.ends[which])

    @property
    def unaligned_u64(self) -> np.ndarray:
        """Return the eight bytes from each position on, as uint64, unaligned."""
        return np.ndarray(len(self.buffer) - 7, np.uint64, self.buffer, strides=(1,))

    @property
    def lengths(self) -> np.ndarray:
        """Return the length of each string in bytes `(n,)`."""
        return np.asarray(self.ends - self.starts)

    def texts(self) -> list[str]:
        """Return the strings as a list of str."""
        if not len(self):
            return []
        begin, end = int(self.starts.min()), int(self.ends.max())
        encoded = self.buffer[begin:end].tobytes()
        bounds = zip((self.starts - begin).tolist(), (self.ends - begin).tolist(), strict=True)
        if encoded.isascii():
            text = encoded.decode("ascii")
            return [text[start:end] for start, end in bounds]
        text = encoded.decode("latin-1")
        return [word if (word := text[start:end]).isascii() else _decode(word) for start, end in bounds]


def join_ids(rows: np.ndarray, ids: np.ndarray) -> Iterator[str]:
    """Return the ids at the positions of each row, -1 for none, separated by blanks.

    >>> list(join_ids(np.array([[1, 0], [1, -1], [-1, -1]]), np.array(["a", "b"], object)))
    ['b a', 'b', '']
    """
    if rows.max(initial=-1) >= len(ids):
        raise IndexError(f"position {rows.max()} of {len(ids)} ids")
    return _join_few(rows, ids) if suits_python(rows.size + len(ids)) else _join_many(rows, ids)


def _join_few(rows: np.ndarray, ids: np.ndarray) -> Iterator[str]:
    texts = np.asarray(ids, object)
    return (" ".join(texts[row[row >= 0]]) for row in rows)


def _join_many(rows: np.ndarray, ids: np.ndarray) -> Iterator[str]:
    from harness.data.tables.kernels import join_words

    words = StringColumn.from_texts(ids)
    room = int(words.lengths.max(initial=0)) + 1
    for start in range(0, len(rows), _ROWS):
        block = rows[start : start + _ROWS]
        joined, stops = np.empty(block.size * room + len(PADDING), np.uint8), np.empty(len(block), np.int64)
        join_words(block, words.buffer, words.starts, words.ends, joined, stops)
        yield from StringColumn(joined, np.r_[0, stops[:-1]], stops).texts()


def _decode(letters: str) -> str:
    """Return the text whose UTF-8 bytes are given as one Latin-1 letter each."""
    return letters.encode("latin-1").decode("utf-8", "surrogateescape")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
