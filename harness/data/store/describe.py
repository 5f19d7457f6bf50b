"""Compute the missing descriptors of an image set: blocks of rows in parallel, stored batch by batch.

A block is locked while it is computed, so two processes on the same set compute different blocks.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from harness.cpu_budget import cores, limit_cores
from harness.data.images.decode import UndecodableError, UnreadableError, decode
from harness.data.images.source import NO_FILE, TableImages
from harness.data.store.array_specs import ArraySpec, describe_batch, infer_specs
from harness.data.store.cache_key import extractor_facts
from harness.data.store.descriptor_store import TRY_AGAIN, UNDECODABLE, ExtractorStore, open_store
from harness.data.store.extractor import Descriptors, Extractor, Transform
from harness.data.store.own_layer import own_store
from harness.progress import track

_BLOCKS = 4096  # of an image set, at most
_COPIED = 1024  # rows in memory


def ensure_described(images: TableImages, extractor: Extractor, rows: np.ndarray) -> ExtractorStore:
    """Return the store of the extractor on the image set, after computing those of the given rows that are not current.

    Raises SolutionError if the extractor breaks its contract.
    """
    store = open_store(images.store, images.key, len(images.ids), extractor)
    own = own_store()
    if own is None:
        return _complete(store, images, extractor, rows)
    if store.specs and not len(_stale_rows(store, images, rows)):
        return store
    own_layer = open_store(own, images.key, len(images.ids), extractor)
    return _complete(own_layer, images, extractor, rows, source=store)


def _complete(
    store: ExtractorStore,
    images: TableImages,
    extractor: Extractor,
    rows: np.ndarray,
    source: ExtractorStore | None = None,
) -> ExtractorStore:
    """Return the store after copying the rows that are not current from `source`, and computing the rest."""
    if not store.is_intact():
        store.create(infer_specs(extractor), extractor_facts(extractor) | {"images": str(images.folder.folder)})
    if source is not None and source.specs == store.specs:
        _copy(source, store, images, _stale_rows(store, images, rows))
    skipped = _describe(store, images, extractor, _stale_rows(store, images, rows), wait=False)
    _describe(store, images, extractor, _stale_rows(store, images, skipped), wait=True)
    return store


def _copy(source: ExtractorStore, store: ExtractorStore, images: TableImages, rows: np.ndarray) -> None:
    """Copy those of the rows that are current in another store of the same extractor."""
    rows = np.setdiff1d(rows, _stale_rows(source, images, rows))
    for start in range(0, len(rows), _COPIED):
        part = rows[start : start + _COPIED]
        states = source.state(part)  # before the rows: another process may write meanwhile
        arrays: dict[str, Descriptors] = {
            name: list(source.ragged(name, part)) if spec.ragged else source.array(name, part)
            for name, spec in source.specs.items()
        }
        store.write(part, arrays, states)


def _stale_rows(store: ExtractorStore, images: TableImages, rows: np.ndarray) -> np.ndarray:
    """Return the rows, ascending, that have no descriptor or that of another file."""
    return np.unique(rows[(store.state(rows) & ~UNDECODABLE) != images.fingerprints(rows)])


def _describe(
    store: ExtractorStore, images: TableImages, extractor: Extractor, stale: np.ndarray, *, wait: bool
) -> np.ndarray:
    """Compute the rows; unless `wait`, skip blocks that another process has locked and return their rows."""
    if not len(stale):
        return stale
    numbers = stale // max(extractor.batch, -(-len(images.ids) // _BLOCKS))
    starts = np.flatnonzero(np.diff(numbers)) + 1
    blocks = list(zip(numbers[np.r_[0, starts]].tolist(), np.split(stale, starts), strict=True))
    threads = min(cores(), len(blocks))
    n_cores = cores() // threads

    def compute(number: int, rows: np.ndarray) -> tuple[np.ndarray, bool]:
        with limit_cores(n_cores), store.lock_block(number, wait=wait) as is_locked:
            own = _stale_rows(store, images, rows) if is_locked else rows[:0]  # another process may have computed some
            for start in range(0, len(own), extractor.batch):
                _batch(store, images, extractor, own[start : start + extractor.batch])
        return rows, is_locked

    with threadpool_limits(limits=1) if threads > 1 else nullcontext():
        results = Parallel(n_jobs=threads, prefer="threads", return_as="generator_unordered")(
            delayed(compute)(number, rows) for number, rows in blocks
        )
        label = f"describing {images.part} images by {type(extractor).__name__}"
        done = list(track(results, label, len(stale), weigh=lambda result: len(result[0])))
    return np.concatenate([rows for rows, is_locked in done if not is_locked] or [stale[:0]])


def _batch(store: ExtractorStore, images: TableImages, extractor: Extractor, rows: np.ndarray) -> None:
    """Compute and store the rows of some images; images that cannot be decoded get missing rows."""
    fingerprints = images.fingerprints(rows)
    exists = (fingerprints != NO_FILE).tolist()
    paths = [images.folder.path(each) if file else None for each, file in zip(images.ids[rows], exists, strict=True)]
    options = {name: getattr(extractor, name) for name in ("mode", "size", "reduce_to", "upright")}
    transform = extractor.transform
    decoded = [_try_decode(path, options, transform) for path in paths]
    usable = [image for image in decoded if isinstance(image, np.ndarray)]
    failed = np.array([isinstance(image, UndecodableError) for image in decoded])
    unread = np.array([isinstance(image, UnreadableError) for image in decoded])
    specs = list(store.specs.values())
    arrays = describe_batch(extractor, specs, usable) if usable else {}
    complete = {spec.name: _fill_missing(spec, arrays.get(spec.name), failed) for spec in specs}
    store.write(rows, complete, np.where(unread, TRY_AGAIN, fingerprints) | failed.astype(np.uint64) * UNDECODABLE)


def _try_decode(
    path: str | None, options: Mapping[str, Any], transform: Transform | None
) -> np.ndarray | UndecodableError:
    """Return the image after the transform, so that the decoded one is freed at once."""
    if path is None:
        return UndecodableError("there is no such file")
    try:
        image = decode(path, **options)
    except UndecodableError as error:
        return error
    return image if transform is None else transform(image)


def _fill_missing(spec: ArraySpec, values: Descriptors | None, failed: np.ndarray) -> Descriptors:
    """Return an entry for every image of the batch, a missing row where decoding failed."""
    if spec.ragged:
        entries = iter(values if values is not None else ())
        return [spec.missing_rows(0) if is_missing else next(entries) for is_missing in failed]
    rows = spec.missing_rows(len(failed))
    if values is not None:
        rows[~failed] = values
    return rows
