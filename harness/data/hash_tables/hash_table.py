"""Hashes from a table of the user as an extractor, so that solutions take them in place of hashes of images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from harness.data.embeddings.matching import IdCount
from harness.data.images.source import TableImages
from harness.data.store.array_specs import ArraySpec
from harness.data.store.extractor import Extractor
from harness.data.store.ragged import Ragged
from harness.data.tables.cells import quote
from harness.data.tables.id_index import IdIndex
from harness.data.tables.string_column import StringColumn
from harness.errors import DataError, SolutionError

Selection = np.ndarray | slice


@dataclass(frozen=True, eq=False)
class HashTable(Extractor):
    """Hashes of images by id. `images.describe(table, kind)` returns those of a kind, (n,) or (n, words) uint64.

    An image whose id is missing, or one of whose hashes is empty, counts as undecodable.
    """

    path: Path
    hashes: Mapping[str, np.ndarray]  # kind -> (rows,) or (rows, words) uint64
    ids: IdIndex
    rows: Mapping[str, np.ndarray]  # part -> row of each id, -1 for none
    _parts: WeakKeyDictionary[TableImages, PartHashes] = field(default_factory=WeakKeyDictionary, repr=False)

    @property
    def identity(self) -> str:
        """Return a text that names the file."""
        return f"HashTable({str(self.path)!r})"

    def describe(self, images: Any) -> Mapping[str, np.ndarray]:  # noqa: ARG002
        """Raise SolutionError: the hashes of other images are not known."""
        raise SolutionError(f"{self.path}: holds hashes of the competition's images only")

    def open_part(self, images: TableImages) -> PartHashes:
        """Return the hashes of the images of a part; DataError if none of them has any."""
        if images not in self._parts:
            self._parts[images] = self._match(images)
        return self._parts[images]

    def _match(self, images: TableImages) -> PartHashes:
        numbers = self.ids.find(StringColumn.from_texts(images.ids))
        rows = np.append(self.rows[images.part], -1)[numbers]
        if len(rows) and (rows < 0).all():
            raise DataError(
                f"{self.path}: has no hash of the {len(rows)} {images.part} images of {images.folder.folder}, such as "
                f"{quote(images.ids[0])}"
            )
        return PartHashes(self.hashes, rows)

    def unknown_ids(self, tables: Iterable[TableImages]) -> IdCount:
        """Return the number of ids that are in no table, and the first of them."""
        is_known = np.zeros(len(self.ids) + 1, bool)
        for table in tables:
            is_known[self.ids.find(StringColumn.from_texts(table.ids))] = True
        return IdCount.of(self.ids.texts(), np.flatnonzero(~is_known[:-1]))


class PartHashes:
    """The hashes of the images of one part, read like an `ExtractorStore`."""

    def __init__(self, hashes: Mapping[str, np.ndarray], rows: np.ndarray) -> None:
        self.hashes, self.rows = hashes, rows

    @property
    def specs(self) -> dict[str, ArraySpec]:
        """Return the arrays by name."""
        return {kind: ArraySpec(kind, each.dtype.str, each.shape[1:], False) for kind, each in self.hashes.items()}

    def array(self, name: str, selection: Selection) -> np.ndarray:
        """Return the hashes of a kind; 0 for an image without a hash."""
        rows = self.rows[selection]
        hashes: np.ndarray = self.hashes[name][rows]
        hashes[rows < 0] = 0
        return hashes

    def undecodable(self, selection: Selection) -> np.ndarray:
        """Return a mask of the images without a hash."""
        return np.asarray(self.rows[selection] < 0)

    def ragged(self, name: str, selection: Selection) -> Ragged:
        """Raise SolutionError: an image has one hash of a kind."""
        raise SolutionError(f"a table of hashes has one of {name} for each of {len(self.rows[selection])} images")
