"""A hash table from ids to consecutive integer codes: millions of lookups per second."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.data.tables.hash_key import HASH_KEY
from harness.data.tables.string_column import PADDING, StringColumn


class IdIndex:
    """Distinct strings, numbered 0, 1, … in the order in which they were added."""

    def __init__(self) -> None:
        self._bytes = np.empty(1 << 10, np.uint8)
        self._offsets = np.zeros(1 << 6, np.int64)
        self._slots = _empty_slots(1 << 7)
        self._count = 0

    @classmethod
    def from_texts(cls, texts: Sequence[str] | np.ndarray) -> IdIndex:
        """Return the index of these texts.

        >>> IdIndex.from_texts(["b", "a", "b"]).strings().texts()
        ['b', 'a']
        """
        index = cls()
        index.add(StringColumn.from_texts(texts))
        return index

    def __len__(self) -> int:
        return self._count

    def add(self, words: StringColumn) -> np.ndarray:
        """Return the number of each string `(n,)` int32; new strings are added."""
        if self._has_room(len(words), int(words.lengths.sum())):
            return self._assign_codes(words, new=True)
        codes = self.find(words)
        unknown = codes < 0
        if unknown.any():
            others = words[unknown]
            self.reserve(len(others), int(others.lengths.sum()))
            codes[unknown] = self._assign_codes(others, new=True)
        return codes

    def reserve(self, words: int, n_bytes: int) -> None:
        """Reserve memory for more words with this many bytes in total, so that `add` need not grow the table."""
        self._offsets = _grow(self._offsets, self._count + words + 1)
        self._bytes = _grow(self._bytes, int(self._offsets[self._count]) + n_bytes + len(PADDING))
        if 2 * (self._count + words) > len(self._slots):
            known, slots = self.strings(), 1 << (2 * (self._count + words)).bit_length()
            self._bytes, self._offsets = np.empty_like(self._bytes), np.zeros_like(self._offsets)
            self._slots, self._count = _empty_slots(slots), 0
            self._assign_codes(known, new=True)

    def find(self, words: StringColumn) -> np.ndarray:
        """Return the number of each string `(n,)` int32, -1 for an unknown one.

        >>> IdIndex.from_texts(["a", "b", "c"]).find(StringColumn.from_texts(["c", "x", "a"]))
        array([ 2, -1,  0], dtype=int32)
        """
        return self._assign_codes(words, new=False)

    def strings(self) -> StringColumn:
        """Return all strings in the order of their numbers."""
        offsets = self._offsets[: self._count + 1]
        return StringColumn(self._bytes, offsets[:-1], offsets[1:])

    def texts(self) -> np.ndarray:
        """Return all strings as an array of str `(n,)`."""
        return np.array(self.strings().texts(), object)

    def _assign_codes(self, words: StringColumn, *, new: bool) -> np.ndarray:
        from harness.data.tables.kernels import assign_codes

        codes = np.empty(len(words), np.int32)
        known = self.strings().unaligned_u64
        self._count = assign_codes(
            words.unaligned_u64, words.starts, words.ends, known, self._offsets, self._slots, self._count, codes, new,
            HASH_KEY,
        )  # fmt: skip
        return codes

    def _has_room(self, words: int, n_bytes: int) -> bool:
        return (
            2 * (self._count + words) <= len(self._slots)
            and self._count + words < len(self._offsets)
            and int(self._offsets[self._count]) + n_bytes + len(PADDING) <= len(self._bytes)
        )


def find_positions(wanted: Sequence[str] | np.ndarray, ids: Sequence[str] | np.ndarray) -> np.ndarray:
    """Return the position of each wanted id among the distinct `ids`, -1 for an unknown one.

    >>> find_positions(["c", "x", "a"], ["a", "b", "c"])
    array([ 2, -1,  0], dtype=int32)
    """
    return IdIndex.from_texts(ids).find(StringColumn.from_texts(wanted))


def _empty_slots(count: int) -> np.ndarray:
    """Return slots `(count, 4)`, each within one cache line; three words of each are used."""
    words = np.zeros(4 * count + 8, np.uint64)
    begin = -words.ctypes.data % 64 // 8
    return words[begin : begin + 4 * count].reshape(count, 4)


def _grow(array: np.ndarray, needed: int) -> np.ndarray:
    if needed <= len(array):
        return array
    grown = np.zeros(max(needed, 2 * len(array)), array.dtype)
    grown[: len(array)] = array
    return grown
