"""A set of images: ids, where they lie, and what extractors made of them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.data.images.source import ImageSource
from harness.data.store.describe import ensure_described
from harness.errors import SolutionError

if TYPE_CHECKING:
    from harness.data.store.descriptor_store import ExtractorStore
    from harness.data.store.extractor import Extractor
    from harness.data.store.ragged import Ragged


class ImageSet:
    """Images in a fixed order. A slice or a mask gives a smaller set that shares all descriptors made so far.

    `ids` is `(n,)`; `len(images)` is n. Which images show the same landmark is nowhere in here.
    """

    def __init__(self, source: ImageSource, rows: np.ndarray | None = None) -> None:
        self._source = source
        self._rows = np.arange(len(source.ids)) if rows is None else rows
        self._ids = source.ids if rows is None else None

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} {self._source.part} images>"

    def __getitem__(self, selection: int | slice | np.ndarray) -> ImageSet:
        """Return the images at a position, a slice, positions `(m,)` or where a mask `(n,)` is true."""
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
        """Return where each image lies, None where there is no file."""
        return [self._source.path(row) for row in self._rows.tolist()]

    @property
    def fingerprint(self) -> str:
        """Return a digest of ids and files: another one as soon as any image of the set is changed."""
        state = self._source.fingerprints(self._rows)
        return sha256("\n".join(self.ids).encode("utf-8", "surrogatepass") + state.tobytes()).hexdigest()

    @property
    def store(self) -> Path:
        """Return the folder where descriptors of these images are kept."""
        return self._source.store

    def describe(self, extractor: Extractor, name: str | None = None) -> np.ndarray:
        """Return one row for each image, `(n, ...)`, in the order of the set, from the store or made now.

        `name` picks one of an extractor's named arrays. The rows of images that could not be decoded are NaN, or zero
        in arrays of whole numbers; `undecodable` tells which they are. What is new is described by all cores of the
        run, a batch at a time, and kept at once, so that an interruption loses a batch of each core at most.

        Raises SolutionError where the extractor breaks its contract.
        """
        shelf = self._described(extractor)
        return shelf.array(_column(shelf, extractor, name, ragged=False), self._selection)

    def describe_ragged(self, extractor: Extractor, name: str | None = None) -> Ragged:
        """Return a varying number of rows for each image, as local descriptors have; see `describe`."""
        shelf = self._described(extractor)
        return shelf.ragged(_column(shelf, extractor, name, ragged=True), self._selection)

    def undecodable(self, extractor: Extractor) -> np.ndarray:
        """Return a mask `(n,)` of the images that the extractor could not be given: missing or broken files."""
        return self._described(extractor).undecodable(self._selection)

    @property
    def found_undecodable(self) -> set[str]:
        """Return the ids of images, of this set or its parent, that no extractor could be given so far."""
        return self._source.undecodable_ids

    def _described(self, extractor: Extractor) -> ExtractorStore:
        shelf = ensure_described(self._source, extractor, self._rows)
        self._source.undecodable_ids.update(self.ids[shelf.undecodable(self._selection)])
        return shelf

    @property
    def _selection(self) -> np.ndarray | slice:
        rows = self._rows
        if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and (np.diff(rows) == 1).all():
            return slice(int(rows[0]), int(rows[-1]) + 1)
        return rows


def _column(shelf: ExtractorStore, extractor: Extractor, name: str | None, *, ragged: bool) -> str:
    """Return the name of the array asked for, the only one where none is named."""
    fitting = [each.name for each in shelf.specs.values() if each.ragged == ragged]
    if name in fitting or (name is None and len(fitting) == 1):
        return name or fitting[0]
    call = "describe_ragged" if ragged else "describe"
    gives = "; ".join(map(str, shelf.specs.values()))
    raise SolutionError(
        f"{extractor.identity} gives {gives}; name an array that {call} can return: {call}(extractor, name)"
    )
