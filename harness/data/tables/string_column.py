"""Many ids at once, as the letters they are made of: a million texts of Python are all over the memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

PADDING = bytes(8)  # so that eight letters can be taken at any place
_ROWS = 4096  # joined at a time


@dataclass(frozen=True, eq=False)
class StringColumn:
    """Word i is `text[starts[i]:ends[i]]`, in UTF-8; bytes that are none stand for themselves."""

    buffer: np.ndarray  # (bytes,) uint8, with `SLACK` behind the last word
    starts: np.ndarray  # (n,)
    ends: np.ndarray  # (n,)

    @classmethod
    def from_texts(cls, texts: Sequence[str] | np.ndarray) -> StringColumn:
        """Return texts as words.

        >>> StringColumn.from_texts(["b", "", "über"]).texts()
        ['b', '', 'über']
        """
        joined = "".join(texts)
        encoded = joined.encode("utf-8", "surrogateescape")
        lengths = map(len, texts) if len(joined) == len(encoded) else (len(_encoded(text)) for text in texts)
        ends = np.cumsum(np.fromiter(lengths, np.int64, len(texts)))
        return cls(np.frombuffer(encoded + PADDING, np.uint8), np.r_[0, ends[:-1]] if len(ends) else ends, ends)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, which: slice | np.ndarray) -> StringColumn:
        """Return some of the words."""
        return StringColumn(self.buffer, self.starts[which], self.ends[which])

    @property
    def unaligned_u64(self) -> np.ndarray:
        """Return the eight letters from each place on, as a number."""
        return np.ndarray(len(self.buffer) - 7, np.uint64, self.buffer, strides=(1,))

    @property
    def lengths(self) -> np.ndarray:
        """Return the bytes of each word `(n,)`."""
        return np.asarray(self.ends - self.starts)

    def texts(self) -> list[str]:
        """Return the words as texts."""
        if not len(self):
            return []
        begin, end = int(self.starts.min()), int(self.ends.max())
        encoded = self.buffer[begin:end].tobytes()
        bounds = zip((self.starts - begin).tolist(), (self.ends - begin).tolist(), strict=True)
        if encoded.isascii():
            text = encoded.decode("ascii")
            return [text[start:end] for start, end in bounds]
        text = encoded.decode("latin-1")
        return [word if (word := text[start:end]).isascii() else _decoded(word) for start, end in bounds]


def join_ids(rows: np.ndarray, ids: np.ndarray) -> Iterator[str]:
    """Yield for each row of places among the ids, -1 for none, these ids separated by blanks.

    >>> list(join_ids(np.array([[1, 0], [1, -1], [-1, -1]]), np.array(["a", "b"], object)))
    ['b a', 'b', '']
    """
    from harness.data.tables.kernels import join_words

    if rows.max(initial=-1) >= len(ids):
        raise IndexError(f"place {rows.max()} among {len(ids)} ids")
    words = StringColumn.from_texts(ids)
    room = int(words.lengths.max(initial=0)) + 1
    for start in range(0, len(rows), _ROWS):
        block = rows[start : start + _ROWS]
        joined, stops = np.empty(block.size * room + len(PADDING), np.uint8), np.empty(len(block), np.int64)
        join_words(block, words.buffer, words.starts, words.ends, joined, stops)
        yield from StringColumn(joined, np.r_[0, stops[:-1]], stops).texts()


def _decoded(letters: str) -> str:
    """Return what bytes, given as a letter each, mean."""
    return letters.encode("latin-1").decode("utf-8", "surrogateescape")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
