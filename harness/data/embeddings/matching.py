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
    seen = IdIndex()
    for file in files:
        texts = _to_column(file)
        for part, index in indexes.items():
            places[part].append(index.find(texts))
        is_known = np.any([rows[-1] >= 0 for rows in places.values()], axis=0)
        report.unknown.add(file.ids, np.flatnonzero(~is_known))
        report.repeated.add(file.ids, _repeated_rows(seen, texts))
    report.vectors = sum(len(file.ids) for file in files)
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


def _repeated_rows(seen: IdIndex, texts: StringColumn) -> np.ndarray:
    """Return the rows whose id is in `seen` or in an earlier row; add all ids to `seen`."""
    n_before = len(seen)
    codes = seen.add(texts)
    if len(seen) - n_before == len(codes):
        return np.zeros(0, int)
    is_first = np.zeros(len(codes), bool)
    is_first[np.unique(codes, return_index=True)[1]] = True
    return np.flatnonzero((codes < n_before) | ~is_first)
