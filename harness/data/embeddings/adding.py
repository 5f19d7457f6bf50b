"""Add files of vectors to the embeddings of a competition."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np

from harness.data.embeddings.embedding_store import EmbeddingFolder, EmbeddingRecord, StoredPart
from harness.data.embeddings.external import ARRAY
from harness.data.embeddings.formats.vector_file import VectorFile
from harness.data.embeddings.integrity import are_intact, vectors_digest
from harness.data.embeddings.matching import AddReport, IdCount, Places, find_places
from harness.data.images.source import TableImages
from harness.data.store.array_specs import ArraySpec
from harness.data.store.descriptor_store import UNDECODABLE, ExtractorStore
from harness.errors import DataError
from harness.progress import track
from harness.temporary_files import temporary_sibling

_HAS_VECTOR = np.uint64(2)  # a state without the bit UNDECODABLE


def add_embeddings(name: str, files: Sequence[VectorFile], tables: Sequence[TableImages]) -> AddReport:
    """Store the vectors of the files for the images of the tables, at unit length, in addition to those of the name.

    A vector replaces an earlier one of the same id. Raises DataError, without any change, if the vectors are invalid or
    have another length than those of the name, or if no table has any of the ids.
    """
    folder, report = EmbeddingFolder(tables[0]), AddReport(name, files[0].width)
    places = find_places(files, tables, report)
    with folder.lock(name):
        before = folder.read(name)
        _require_width(folder, name, before, files[0])
        with _partial_stores(folder, name, before, tables, places, report.width) as stores:
            _write_vectors(files, stores, places, report)
            parts = {table.part: _finish(folder, name, table, stores, before, report) for table in tables}
        sources = (*(before.sources if before else ()), *(file.path.name for file in files))
        stored = {part: each for part, each in parts.items() if each}
        folder.write(name, EmbeddingRecord(report.width, stored, sources, datetime.now(UTC).isoformat()))
    return report


def _require_width(folder: EmbeddingFolder, name: str, before: EmbeddingRecord | None, file: VectorFile) -> None:
    if before and before.width != file.width:
        raise DataError(
            f"{file.path}: vectors of {file.width} numbers, but those of {name} have {before.width}; choose another "
            f"name, or first: landmark embeddings remove {name} --on {folder.competition}"
        )


@contextmanager
def _partial_stores(
    folder: EmbeddingFolder,
    name: str,
    before: EmbeddingRecord | None,
    tables: Sequence[TableImages],
    places: Places,
    width: int,
) -> Iterator[dict[str, ExtractorStore]]:
    """Yield a temporary store for each part that gets vectors: a copy of the present one, or a new one."""
    partial = temporary_sibling(folder.path(name) / "vectors")
    partial.mkdir(parents=True)
    try:
        yield {
            table.part: _new_store(partial / table.part, table, _present_store(folder, name, before, table), width)
            for table in tables
            if any((rows >= 0).any() for rows in places[table.part])
        }
    finally:
        rmtree(partial, ignore_errors=True)


def _present_store(
    folder: EmbeddingFolder, name: str, before: EmbeddingRecord | None, table: TableImages
) -> Path | None:
    """Return the folder of the stored vectors of a table; None if there are none, or if the table has changed since.

    Raises WorkspaceError if they are damaged.
    """
    part = before.parts.get(table.part) if before else None
    if part is None or part.images != table.key:
        return None
    path = folder.store_folder(name, table.part, part.digest)
    if not are_intact(ExtractorStore(path, len(table.ids)), part.digest):
        raise folder.damaged(path, name)
    return path


def _new_store(path: Path, table: TableImages, present: Path | None, width: int) -> ExtractorStore:
    if present:
        copytree(present, path)
        return ExtractorStore(path, len(table.ids))
    store = ExtractorStore(path, len(table.ids))
    store.create([ArraySpec(ARRAY, np.dtype(np.float32).str, (width,), ragged=False)], {})
    store.write_states(np.arange(len(table.ids)), np.full(len(table.ids), UNDECODABLE))
    return store


def _write_vectors(
    files: Sequence[VectorFile], stores: Mapping[str, ExtractorStore], places: Places, report: AddReport
) -> None:
    """Write the vectors, and NaN for images without one; a vector of zeros has no direction and counts as none."""
    arrays = {part: store.writable(ARRAY) for part, store in stores.items()}
    states = {part: store.state(np.arange(len(arrays[part]))) for part, store in stores.items()}
    blocks = ((number, *block) for number, file in enumerate(files) for block in file.unit_blocks())
    for number, here, block in track(blocks, "adding vectors", report.vectors, weigh=lambda each: len(each[2])):
        state = _states(block)
        report.zero.add(files[number].ids[here], np.flatnonzero(state == UNDECODABLE))
        for part, array in arrays.items():
            rows = places[part][number][here]
            exists = rows >= 0
            if exists.all():
                array[rows], states[part][rows] = block, state
            elif exists.any():
                array[rows[exists]], states[part][rows[exists]] = block[exists], state[exists]
    for part, store in stores.items():
        store.write_states(np.arange(len(states[part])), states[part])
        arrays[part][np.flatnonzero(store.undecodable(slice(None)))] = np.nan


def _states(block: np.ndarray) -> np.ndarray:
    """Return the state of each row: UNDECODABLE if it is zeros only."""
    states = np.full(len(block), _HAS_VECTOR)
    rows = np.flatnonzero(block[:, 0] == 0)
    states[rows[~block[rows].any(axis=1)]] = UNDECODABLE
    return states


def _finish(
    folder: EmbeddingFolder,
    name: str,
    table: TableImages,
    stores: Mapping[str, ExtractorStore],
    before: EmbeddingRecord | None,
    report: AddReport,
) -> StoredPart | None:
    """Rename the temporary store of a part, and return its record, or that of the present one; report what it lacks."""
    present = _present_store(folder, name, before, table)
    store = stores.get(table.part) or (ExtractorStore(present, len(table.ids)) if present else None)
    missing = np.flatnonzero(store.undecodable(slice(None))) if store else np.arange(len(table.ids))
    report.parts[table.part] = len(table.ids), IdCount.of(table.ids, missing)
    if store is None or table.part not in stores:
        return before.parts[table.part] if before and store else None
    digest = vectors_digest(store.array(ARRAY, slice(None)))
    final = folder.store_folder(name, table.part, digest)
    if final != present:  # equal vectors stay in place: a process killed here must not leave the record without them
        rmtree(final, ignore_errors=True)
        store.folder.rename(final)
    return StoredPart(table.key, digest, len(table.ids), len(table.ids) - len(missing))
