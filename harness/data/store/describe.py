"""Describe the images of a set that the store does not hold yet: block by block in parallel, kept batch by batch.

A block is claimed for as long as it takes, so that two processes at the same set do different ones.
"""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from harness.cpu_budget import cores, limit_cores
from harness.data.images.decode import UndecodableError, UnreadableError, decode
from harness.data.images.source import NO_FILE, ImageSource
from harness.data.store import array_specs as made
from harness.data.store.array_specs import ArraySpec
from harness.data.store.cache_key import extractor_facts
from harness.data.store.descriptor_store import TRY_AGAIN, UNDECODABLE, ExtractorStore, open_store
from harness.data.store.extractor import Descriptors, Extractor
from harness.progress import track

_BLOCKS = 4096  # of an image set, at most


def ensure_described(images: ImageSource, extractor: Extractor, rows: np.ndarray) -> ExtractorStore:
    """Return the shelf of the extractor on the image set, with the given rows current.

    Raises SolutionError where the extractor breaks its contract.
    """
    shelf = open_store(images.store, images.key, len(images.ids), extractor)
    if not shelf.specs:
        shelf.create(made.infer_specs(extractor), extractor_facts(extractor) | {"images": str(images.folder.folder)})
    taken = _describe(shelf, images, extractor, _stale(shelf, images, rows), wait=False)
    _describe(shelf, images, extractor, _stale(shelf, images, taken), wait=True)
    return shelf


def _stale(shelf: ExtractorStore, images: ImageSource, rows: np.ndarray) -> np.ndarray:
    """Return the rows, ascending, whose descriptor was never made or was made from another file."""
    return np.unique(rows[(shelf.state(rows) & ~UNDECODABLE) != images.fingerprints(rows)])


def _describe(
    shelf: ExtractorStore, images: ImageSource, extractor: Extractor, stale: np.ndarray, *, wait: bool
) -> np.ndarray:
    """Describe the rows, or those of blocks that nobody else is at; return the others."""
    if not len(stale):
        return stale
    number = stale // max(extractor.batch, -(-len(images.ids) // _BLOCKS))
    starts = np.flatnonzero(np.diff(number)) + 1
    blocks = list(zip(number[np.r_[0, starts]].tolist(), np.split(stale, starts), strict=True))
    threads = min(cores(), len(blocks))
    with threadpool_limits(limits=1) if threads > 1 else nullcontext():
        results = Parallel(n_jobs=threads, prefer="threads", return_as="generator_unordered")(
            delayed(_block)(shelf, images, extractor, block, cores() // threads, wait=wait) for block in blocks
        )
        what = f"describing {images.part} images by {type(extractor).__name__}"
        done = list(track(results, what, len(stale), weigh=lambda result: len(result[0])))
    return np.concatenate([rows for rows, ours in done if not ours] or [stale[:0]])


def _block(
    shelf: ExtractorStore,
    images: ImageSource,
    extractor: Extractor,
    block: tuple[int, np.ndarray],
    share: int,
    *,
    wait: bool,
) -> tuple[np.ndarray, bool]:
    """Describe the rows of a numbered block; return them, and false where another is at it."""
    number, rows = block
    with limit_cores(share), shelf.lock_block(number, wait=wait) as ours:
        stale = _stale(shelf, images, rows) if ours else rows[:0]  # another may have been there before
        for start in range(0, len(stale), extractor.batch):
            _batch(shelf, images, extractor, stale[start : start + extractor.batch])
    return rows, ours


def _batch(shelf: ExtractorStore, images: ImageSource, extractor: Extractor, rows: np.ndarray) -> None:
    """Describe some images and keep what comes out: blanks for those that could not be decoded."""
    fingerprints = images.fingerprints(rows)
    there = (fingerprints != NO_FILE).tolist()
    decoded = [
        _decoded(images.path(row) if file else None, extractor) for row, file in zip(rows.tolist(), there, strict=True)
    ]
    usable = [image for image in decoded if isinstance(image, np.ndarray)]
    failed = np.array([isinstance(image, UndecodableError) for image in decoded])
    unread = np.array([isinstance(image, UnreadableError) for image in decoded])
    columns = list(shelf.specs.values())
    arrays = made.describe_batch(extractor, columns, usable) if usable else {}
    filled = {column.name: _filled(column, arrays.get(column.name), failed) for column in columns}
    shelf.write(rows, filled, np.where(unread, TRY_AGAIN, fingerprints) | failed.astype(np.uint64) * UNDECODABLE)


def _decoded(path: Path | None, extractor: Extractor) -> np.ndarray | UndecodableError:
    if path is None:
        return UndecodableError("there is no such file")
    size, reduce_to = extractor.size, extractor.reduce_to
    try:
        return decode(path, mode=extractor.mode, size=size, reduce_to=reduce_to, upright=extractor.upright)
    except UndecodableError as error:
        return error


def _filled(column: ArraySpec, values: Descriptors | None, failed: np.ndarray) -> Descriptors:
    """Return an entry for every image of the batch, blank where it failed."""
    if column.ragged:
        found = iter(values if values is not None else ())
        return [column.missing_rows(0) if blank else next(found) for blank in failed]
    rows = column.missing_rows(len(failed))
    if values is not None:
        rows[~failed] = values
    return rows
