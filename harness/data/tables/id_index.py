"""An index from ids to consecutive integer codes: millions of lookups per second."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.data.tables.id_tables import LargeIdTable, SmallIdTable
from harness.data.tables.string_column import StringColumn
from metrics.jit import suits_python


class IdIndex:
    """Distinct strings, numbered 0, 1, … in the order in which they were added."""

    def __init__(self) -> None:
        self._table: SmallIdTable | LargeIdTable = SmallIdTable()

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
        return len(self._table)

    def add(self, words: StringColumn) -> np.ndarray:
        """Return the number of each string `(n,)` int32; new strings are added."""
        return self._table_for(len(words)).add(words)

    def reserve(self, words: int, n_bytes: int) -> None:
        """Reserve memory for more words with this many bytes in total, so that `add` need not grow the table."""
        self._table_for(words).reserve(words, n_bytes)

    def find(self, words: StringColumn) -> np.ndarray:
        """Return the number of each string `(n,)` int32, -1 for an unknown one.

        >>> IdIndex.from_texts(["a", "b", "c"]).find(StringColumn.from_texts(["c", "x", "a"]))
        array([ 2, -1,  0], dtype=int32)
        """
        return self._table_for(len(words)).find(words)

    def strings(self) -> StringColumn:
        """Return all strings in the order of their numbers."""
        return self._table.strings()

    def texts(self) -> np.ndarray:
        """Return all strings as an array of str `(n,)`."""
        return np.array(self.strings().texts(), object)

    def _table_for(self, n_words: int) -> SmallIdTable | LargeIdTable:
        """Return the table for so many words; it becomes a hash table once numba is there or worth its import."""
        if isinstance(self._table, SmallIdTable) and not suits_python(len(self) + n_words):
            self._table = LargeIdTable(self._table.strings())
        return self._table


def find_positions(wanted: Sequence[str] | np.ndarray, ids: Sequence[str] | np.ndarray) -> np.ndarray:
    """Return the position of each wanted id among the distinct `ids`, -1 for an unknown one.

    >>> find_positions(["c", "x", "a"], ["a", "b", "c"])
    array([ 2, -1,  0], dtype=int32)
    """
    return IdIndex.from_texts(ids).find(StringColumn.from_texts(wanted))
