"""Two tables from strings to consecutive codes: a dict for small ones, and a compiled hash table for millions."""

from __future__ import annotations

import numpy as np

from harness.data.tables.hash_key import HASH_KEY
from harness.data.tables.string_column import PADDING, StringColumn


class SmallIdTable:
    """Codes of a few strings; it works without numba, whose import takes as long as a million lookups here."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._codes)

    def add(self, words: StringColumn) -> np.ndarray:
        """Return the code of each string `(n,)` int32; new strings are added."""
        codes = self._codes
        return np.fromiter((codes.setdefault(text, len(codes)) for text in words.texts()), np.int32, len(words))

    def find(self, words: StringColumn) -> np.ndarray:
        """Return the code of each string `(n,)` int32, -1 for an unknown one."""
        return np.fromiter((self._codes.get(text, -1) for text in words.texts()), np.int32, len(words))

    def reserve(self, words: int, n_bytes: int) -> None:
        """Do nothing: a dict grows by itself."""

    def strings(self) -> StringColumn:
        """Return all strings in the order of their codes."""
        return StringColumn.from_texts(list(self._codes))


class LargeIdTable:
    """Codes of any number of strings; it begins with those of `strings`, which are distinct."""

    def __init__(self, strings: StringColumn) -> None:
        self._bytes = np.empty(1 << 10, np.uint8)
        self._offsets = np.zeros(1 << 6, np.int64)
        self._slots = _empty_slots(1 << 7)
        self._count = 0
        self.add(strings)

    def __len__(self) -> int:
        return self._count

    def add(self, words: StringColumn) -> np.ndarray:
        """Return the code of each string `(n,)` int32; new strings are added."""
        if self._has_room(len(words), int(words.lengths.sum())):
            return self._assign_codes(words, new=True)
        codes = self.find(words)
        unknown = codes < 0
        if unknown.any():
            others = words[unknown]
            self.reserve(len(others), int(others.lengths.sum()))
            codes[unknown] = self._assign_codes(others, new=True)
        return codes

    def find(self, words: StringColumn) -> np.ndarray:
        """Return the code of each string `(n,)` int32, -1 for an unknown one."""
        return self._assign_codes(words, new=False)

    def reserve(self, words: int, n_bytes: int) -> None:
        """Reserve memory for more words with this many bytes in total, so that `add` need not grow the table."""
        self._offsets = _grow(self._offsets, self._count + words + 1)
        self._bytes = _grow(self._bytes, int(self._offsets[self._count]) + n_bytes + len(PADDING))
        if 2 * (self._count + words) > len(self._slots):
            known, slots = self.strings(), 1 << (2 * (self._count + words)).bit_length()
            self._bytes, self._offsets = np.empty_like(self._bytes), np.zeros_like(self._offsets)
            self._slots, self._count = _empty_slots(slots), 0
            self._assign_codes(known, new=True)

    def strings(self) -> StringColumn:
        """Return all strings in the order of their codes."""
        offsets = self._offsets[: self._count + 1]
        return StringColumn(self._bytes, offsets[:-1], offsets[1:])

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
