"""Describe the images of a set that the store does not hold yet: decode and extract in parallel, write as it comes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from filelock import FileLock
from joblib import Parallel, delayed

from harness.cores import cores
from harness.data.decode import UndecodableError, decode
from harness.data.descriptor_store import BLOCK, Column, Shelf, columns_of, extractor_facts, named, open_shelf
from harness.data.extractor import Described, Extractor
from harness.data.images import ImageSource
from harness.errors import SolutionError
from harness.progress import track

_BLANK_SIDE = 64  # pixels of the blank image that an extractor is tried on


@dataclass(frozen=True)
class Batch:
    """Some rows of one claimed block."""

    claim: "Claim"
    rows: np.ndarray
    fingerprints: np.ndarray


@dataclass
class Claim:
    """A block that this process describes; given back when its last batch is written."""

    lock: FileLock
    left: int = 0
    guard: Lock = field(default_factory=Lock)

    def written(self) -> None:
        """Count a batch as written."""
        with self.guard:
            self.left -= 1
            if not self.left:
                self.lock.release()


def described(images: ImageSource, extractor: Extractor, rows: np.ndarray) -> Shelf:
    """Return the shelf of the extractor on the image set, with the given rows current."""
    shelf = open_shelf(images.store, images.key, len(images.ids), extractor)
    if not shelf.columns:
        shelf.create(_columns(extractor), extractor_facts(extractor) | {"images": str(images.folder.folder)})
    stale = _stale(shelf, images, rows)
    if len(stale):
        _describe(shelf, images, extractor, stale)
    return shelf


def _stale(shelf: Shelf, images: ImageSource, rows: np.ndarray) -> np.ndarray:
    """Return the rows, ascending, whose descriptor was never made or was made from another file."""
    return np.unique(rows[(shelf.state()[rows] & ~np.uint64(1)) != images.fingerprints(rows)])


def _describe(shelf: Shelf, images: ImageSource, extractor: Extractor, stale: np.ndarray) -> None:
    """Describe the blocks that nobody else is at, then what the others left undone."""
    taken: list[np.ndarray] = []
    _write(shelf, images, extractor, len(stale), _free_batches(shelf, images, extractor, stale, taken))
    for rows in taken:  # waited for here, where nobody waits for us: all our own claims are given back
        lock = shelf.claim(int(rows[0]) // BLOCK, wait=True)
        if lock:
            _write(shelf, images, extractor, len(rows), _claimed(lock, shelf, images, extractor, rows))
    shelf.tidy()


def _write(shelf: Shelf, images: ImageSource, extractor: Extractor, total: int, batches: Iterator[Batch]) -> None:
    results = Parallel(n_jobs=cores(), prefer="threads", return_as="generator_unordered")(
        delayed(_extract)(shelf.columns, images, extractor, batch) for batch in batches
    )
    what = f"describing {images.part} images by {type(extractor).__name__}"
    for batch, arrays, undecodable in track(results, what, total, weigh=lambda result: len(result[0].rows)):
        shelf.write(batch.rows, arrays, batch.fingerprints | undecodable)
        batch.claim.written()


def _free_batches(
    shelf: Shelf, images: ImageSource, extractor: Extractor, stale: np.ndarray, taken: list[np.ndarray]
) -> Iterator[Batch]:
    """Yield the batches of each block that can be claimed at once; the rows of the others go to `taken`."""
    for rows in np.split(stale, np.flatnonzero(np.diff(stale // BLOCK)) + 1):
        lock = shelf.claim(int(rows[0]) // BLOCK, wait=False)
        if lock:
            yield from _claimed(lock, shelf, images, extractor, rows)
        else:
            taken.append(rows)


def _claimed(
    lock: FileLock, shelf: Shelf, images: ImageSource, extractor: Extractor, rows: np.ndarray
) -> Iterator[Batch]:
    rows = _stale(shelf, images, rows)
    pieces = [rows[start : start + extractor.batch] for start in range(0, len(rows), extractor.batch)]
    if not pieces:
        lock.release()
    claim = Claim(lock, len(pieces))
    for piece in pieces:
        yield Batch(claim, piece, images.fingerprints(piece))


def _extract(
    columns: Mapping[str, Column], images: ImageSource, extractor: Extractor, batch: Batch
) -> tuple[Batch, Mapping[str, Described], np.ndarray]:
    """Return the batch, its arrays with blanks where an image could not be decoded, and those images flagged `(n,)`."""
    decoded = [_decoded(images, extractor, row) for row in batch.rows]
    undecodable = np.array([image is None for image in decoded])
    usable = [image for image in decoded if image is not None]
    arrays = _checked(extractor, columns, usable) if usable else {}
    filled = {name: _filled(column, arrays.get(name), undecodable) for name, column in columns.items()}
    return batch, filled, undecodable.astype(np.uint64)


def _decoded(images: ImageSource, extractor: Extractor, row: int) -> np.ndarray | None:
    path = images.path(row)
    if path is None:
        return None
    try:
        return decode(
            path, mode=extractor.mode, size=extractor.size, reduce_to=extractor.reduce_to, upright=extractor.upright
        )
    except UndecodableError:
        return None


def _checked(extractor: Extractor, columns: Mapping[str, Column], images: list[np.ndarray]) -> Mapping[str, Described]:
    arrays = named(extractor.describe(images if extractor.size is None else np.stack(images)))
    lengths = {name: len(array) for name, array in arrays.items()}
    if set(arrays) != set(columns) or set(lengths.values()) != {len(images)}:
        raise SolutionError(
            f"{extractor.identity} was given {len(images)} images and returned {lengths}; "
            f"it must return {len(images)} rows of {', '.join(columns)} whatever the batch"
        )
    return arrays


def _filled(column: Column, values: Described | None, undecodable: np.ndarray) -> Described:
    """Return a row for every image of the batch."""
    if column.ragged:
        found = iter(values if values is not None else ())
        empty = np.zeros((0, *column.shape), column.dtype)
        return [empty if flag else np.asarray(next(found)) for flag in undecodable]
    rows = np.full((len(undecodable), *column.shape), column.blank, column.dtype)
    if values is not None:
        rows[~undecodable] = values
    return rows


def _columns(extractor: Extractor) -> list[Column]:
    """Return what an extractor gives, learnt from one blank image."""
    width, height = extractor.size or (_BLANK_SIDE, _BLANK_SIDE)
    blank = np.zeros((height, width) if extractor.mode == "L" else (height, width, 3), np.uint8)
    return columns_of(extractor.describe([blank] if extractor.size is None else blank[None]))
