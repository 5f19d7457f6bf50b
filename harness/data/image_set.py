"""A set of images: ids, files and descriptors."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.data.embeddings.embedding_store import find_embeddings, open_part
from harness.data.embeddings.external import ExternalEmbeddings
from harness.data.hash_tables.hash_table import HashTable, PartHashes
from harness.data.images.source import TableImages
from harness.data.store.describe import ensure_described
from harness.data.store.use_record import record_use
from harness.errors import SolutionError

if TYPE_CHECKING:
    from harness.data.store.descriptor_store import ExtractorStore
    from harness.data.store.extractor import Extractor
    from harness.data.store.ragged import Ragged


class ImageSet:
    """Images in a fixed order, without labels. A slice or a mask is a subset that shares the descriptors."""

    def __init__(self, source: TableImages, rows: np.ndarray | None = None) -> None:
        self._source = source
        self._rows = np.arange(len(source.ids)) if rows is None else rows
        self._ids = source.ids if rows is None else None

    def __reduce__(self) -> tuple[type[ImageSet], tuple[TableImages, np.ndarray | None]]:
        return ImageSet, (self._source, None if self._ids is self._source.ids else self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} {self._source.part} images>"

    def __getitem__(self, selection: int | slice | np.ndarray) -> ImageSet:
        """Return the images at a position, a slice, positions `(m,)` or a mask `(n,)`."""
        return ImageSet(self._source, np.atleast_1d(self._rows[selection]))

    @property
    def ids(self) -> np.ndarray:
        """Return the ids `(n,)` as a read-only array of str, the same array at every call."""
        if self._ids is None:
            self._ids = self._source.ids[self._rows]
            self._ids.flags.writeable = False
        return self._ids

    @property
    def paths(self) -> list[Path | None]:
        """Return the path of each image, None for a missing file."""
        return [self._source.path(row) for row in self._rows.tolist()]

    @property
    def fingerprint(self) -> str:
        """Return a digest of ids and file states, which changes when any image of the set changes."""
        state = self._source.fingerprints(self._rows)
        return sha256("\n".join(self.ids).encode("utf-8", "surrogatepass") + state.tobytes()).hexdigest()

    @property
    def source(self) -> TableImages:
        """Return the images of the whole table."""
        return self._source

    @property
    def store(self) -> Path:
        """Return the folder that stores the descriptors of these images."""
        return self._source.store

    def embeddings(self, name: str) -> ExternalEmbeddings:
        """Return the vectors that `landmark embeddings add` stored under a name, as an extractor for `describe`.

        Raises DataError if there are none of these images.
        """
        return find_embeddings(self._source, name)

    def describe(self, extractor: Extractor, name: str | None = None) -> np.ndarray:
        """Return one row per image, `(n, ...)`, in the order of the set, from the store or computed now.

        `name` selects one of several named arrays. Rows of images that could not be decoded are NaN, or zero for whole
        numbers; see `undecodable`. All cores of the run compute missing rows and store each batch at once, so an
        interruption loses at most a batch per core.

        Raises SolutionError if the extractor breaks its contract.
        """
        store = self._ensure_described(extractor)
        array = _array_name(store, extractor, name, ragged=False)
        if not isinstance(store, PartHashes):
            record_use(self._source.part, store.folder, array)
        return store.array(array, self._selection)

    def describe_ragged(self, extractor: Extractor, name: str | None = None) -> Ragged:
        """Return a varying number of rows per image, e.g. local descriptors; see `describe`."""
        store = self._ensure_described(extractor)
        return store.ragged(_array_name(store, extractor, name, ragged=True), self._selection)

    def undecodable(self, extractor: Extractor) -> np.ndarray:
        """Return a mask `(n,)` of the images that could not be decoded: missing or broken files."""
        return self._ensure_described(extractor).undecodable(self._selection)

    @property
    def found_undecodable(self) -> set[str]:
        """Return the ids of images, of this set or its parent, that could not be decoded so far."""
        return self._source.undecodable_ids

    def _ensure_described(self, extractor: Extractor) -> ExtractorStore | PartHashes:
        store: ExtractorStore | PartHashes
        if isinstance(extractor, HashTable):
            store = extractor.open_part(self._source)
        elif isinstance(extractor, ExternalEmbeddings):
            store = open_part(self._source, extractor)
        else:
            store = ensure_described(self._source, extractor, self._rows)
        self._source.undecodable_ids.update(self.ids[store.undecodable(self._selection)])
        return store

    @property
    def _selection(self) -> np.ndarray | slice:
        rows = self._rows
        if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and (np.diff(rows) == 1).all():
            return slice(int(rows[0]), int(rows[-1]) + 1)
        return rows


def _array_name(store: ExtractorStore | PartHashes, extractor: Extractor, name: str | None, *, ragged: bool) -> str:
    """Return `name`, or the only name if it is None; raises SolutionError for an array that does not exist."""
    names = [spec.name for spec in store.specs.values() if spec.ragged == ragged]
    if name in names or (name is None and len(names) == 1):
        return name or names[0]
    call = "describe_ragged" if ragged else "describe"
    arrays = "; ".join(map(str, store.specs.values()))
    raise SolutionError(
        f"{extractor.identity} gives {arrays}; name an array that {call} can return: {call}(extractor, name)"
    )
