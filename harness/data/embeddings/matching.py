"""Match the ids of vectors with the tables of a competition; count those that are unknown or repeated."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.data.embeddings.formats.vector_file import VectorFile
from harness.data.images.source import TableImages
from harness.data.tables.cells import quote
from harness.data.tables.id_index import IdIndex
from harness.data.tables.string_column import StringColumn
from harness.errors import DataError

Places = dict[str, list[np.ndarray]]  # part -> for each file the row of each vector in the table, -1 for none


@dataclass
class IdCount:
    """A number of ids, and the first of them."""

    count: int = 0
    example: str | None = None

    @classmethod
    def of(cls, ids: Sequence[str] | np.ndarray, rows: np.ndarray) -> "IdCount":
        """Return the number of the rows, and the first of their ids."""
        ids_of_rows = cls()
        ids_of_rows.add(ids, rows)
        return ids_of_rows

    def add(self, ids: Sequence[str] | np.ndarray, rows: np.ndarray) -> None:
        """Count the ids at these rows."""
        self.count += len(rows)
        if self.example is None and len(rows):
            self.example = str(ids[int(rows[0])])


@dataclass
class AddReport:
    """What an addition did: the vectors of the files, and for each part the images with and without a vector."""

    name: str
    width: int
    vectors: int = 0
    unknown: IdCount = field(default_factory=IdCount)  # ids of the files that are in no table
    repeated: IdCount = field(default_factory=IdCount)  # their last vector counts
    zero: IdCount = field(default_factory=IdCount)  # vectors of zeros only
    parts: dict[str, tuple[int, IdCount]] = field(default_factory=dict)  # number of images, those without a vector


def find_places(files: Sequence[VectorFile], tables: Sequence[TableImages], report: AddReport) -> Places:
    """Return the place of each vector in each table, and count the unknown and the repeated ids."""
    indexes = {table.part: IdIndex.from_texts(table.ids) for table in tables}
    places: Places = {part: [] for part in indexes}
    report.vectors = sum(len(file.ids) for file in files)
    unknown, n_known = IdIndex(), sum(len(table.ids) for table in tables)
    seen = np.zeros(n_known + report.vectors, bool)
    for file in files:
        texts = _to_column(file)
        for part, index in indexes.items():
            places[part].append(index.find(texts))
        codes = _join_codes([places[table.part][-1] for table in tables], [len(table.ids) for table in tables])
        rows = np.flatnonzero(codes < 0)
        codes[rows] = n_known + unknown.add(texts[rows])
        report.unknown.add(file.ids, rows)
        report.repeated.add(file.ids, _repeated_rows(codes, seen))
    if report.unknown.count == report.vectors:
        raise DataError(
            f"{files[0].path}: none of its {report.vectors} ids is in a table of {tables[0].folder.folder}, such as "
            f"{quote(report.unknown.example)}"
        )
    return places


def _to_column(file: VectorFile) -> StringColumn:
    try:
        return StringColumn.from_texts(file.ids)
    except UnicodeEncodeError:
        raise DataError(f"{file.path}: an id is not valid text; write ids in UTF-8") from None


def _join_codes(places: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    """Return one number for each row `(n,)` from its places in tables of these sizes, -1 if it is in none."""
    codes, offset = np.full(len(places[0]), -1, np.int64), 0
    for rows, size in zip(places, sizes, strict=True):
        codes = np.where((codes < 0) & (rows >= 0), rows + offset, codes)
        offset += size
    return codes


def _repeated_rows(codes: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the rows whose code is marked in `seen` or occurs in an earlier row; mark all codes."""
    rows = np.arange(len(codes))
    first = np.zeros(len(seen), np.int64)
    first[codes[::-1]] = rows[::-1]  # of several values the last one stays
    repeated = np.flatnonzero(seen[codes] | (first[codes] != rows))
    seen[codes] = True
    return repeated
