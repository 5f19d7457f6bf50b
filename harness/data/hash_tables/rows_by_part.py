"""The rows of a table of hashes by part and id."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from harness.data.tables.cells import quote
from harness.data.tables.csv_table import TableRows
from harness.data.tables.id_index import IdIndex
from harness.errors import DataError

PARTS = ("train", "index", "test")


class RowCollector:
    """Collects the ids and parts of a table block by block."""

    def __init__(self, path: Path, *, has_parts: bool) -> None:
        self.path, self.has_parts, self.ids = path, has_parts, IdIndex()
        self._numbers: list[np.ndarray] = []  # of the ids
        self._parts: list[np.ndarray] = []  # positions in PARTS
        self._complete: list[np.ndarray] = []
        self._lines: list[np.ndarray] = []

    def add(self, rows: TableRows, complete: np.ndarray) -> None:
        """Add a block; `complete` marks the rows without an empty hash. DataError for an id or a part that is none."""
        ids = rows["id"].as_strings()
        for row in np.flatnonzero(ids.lengths == 0)[:1]:
            rows.reject(row, "the id is empty")
        self._numbers.append(self.ids.add(ids))
        self._parts.append(_parts_of(rows) if self.has_parts else np.zeros(len(rows), np.int8))
        self._complete.append(complete)
        self._lines.append(rows.lines)

    def rows_by_part(self, hashes: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return for each part the row of each id, -1 for none; DataError if an id has two different hashes."""
        numbers, parts, complete, lines = map(np.concatenate, (self._numbers, self._parts, self._complete, self._lines))
        keys = parts.astype(np.int64) * len(self.ids) + numbers
        present, first_rows = np.unique(keys, return_index=True)
        n_parts = len(PARTS) if self.has_parts else 1
        first = np.full(n_parts * len(self.ids), -1, np.int64)
        first[present] = first_rows
        repeated = np.flatnonzero(first[keys] != np.arange(len(keys)))
        self._require_equal(repeated, first[keys[repeated]], hashes, complete, lines)
        first[present[~complete[first_rows]]] = -1
        by_part = first.reshape(n_parts, len(self.ids))
        return {part: by_part[place if self.has_parts else 0] for place, part in enumerate(PARTS)}

    def _require_equal(
        self,
        repeated: np.ndarray,
        first: np.ndarray,
        hashes: Mapping[str, np.ndarray],
        complete: np.ndarray,
        lines: np.ndarray,
    ) -> None:
        """Raise DataError if a repeated row has other hashes than the first row of its id."""
        differs = complete[repeated] != complete[first]
        for each in hashes.values():
            unequal = each[repeated] != each[first]
            differs |= unequal if unequal.ndim == 1 else unequal.any(axis=1)
        for place in np.flatnonzero(differs)[:1]:
            row = repeated[place]
            name = self.ids.strings()[np.concatenate(self._numbers)[row : row + 1]].texts()[0]
            raise DataError(
                f"{self.path}, line {lines[row]}: {quote(name)} has another hash on line {lines[first[place]]}; "
                "give each image one"
            )


def _parts_of(rows: TableRows) -> np.ndarray:
    """Return the position of each row's part in PARTS."""
    texts = np.array(rows["part"].as_strings().texts(), object)
    parts = np.full(len(texts), -1, np.int8)
    for place, part in enumerate(PARTS):
        parts[texts == part] = place
    for row in np.flatnonzero(parts < 0)[:1]:
        rows.reject(row, f"part is {quote(texts[row], 40)}; it must be {', '.join(PARTS[:-1])} or {PARTS[-1]}")
    return parts
