"""Vectors in a .npz file: the arrays `ids` `(n,)` and `vectors` `(n, d)`, streamed, so that memory stays small."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import numpy as np

from harness.data.embeddings.formats.id_files import to_ids
from harness.data.embeddings.formats.npy_arrays import read_blocks, read_header
from harness.data.embeddings.formats.vector_file import VectorFile, damage_reported, require_numbers
from harness.errors import DataError
from leaderboard.safe_text import shorten

Array = tuple[tuple[int, ...], np.dtype, Iterator[np.ndarray]]  # shape, type, blocks of rows


def open_npz(path: Path) -> VectorFile:
    """Return the vectors of a file that `np.savez(path, ids=ids, vectors=vectors)` wrote, compressed or not."""
    with _open_array(path, "ids") as (_, _, blocks):
        ids = [each for block in blocks for each in to_ids(path, block)]
    with _open_array(path, "vectors") as (shape, dtype, _):
        require_numbers(path, dtype, shape)
    vectors = VectorFile(path, ids, shape[1], lambda: _vectors(path))
    vectors.require_length(shape[0])
    return vectors


def _vectors(path: Path) -> Iterator[np.ndarray]:
    with _open_array(path, "vectors") as (_, _, blocks):
        yield from blocks


@contextmanager
def _open_array(path: Path, name: str) -> Iterator[Array]:
    """Yield an array of the file by its name."""
    with damage_reported(path, "a .npz file"):
        file = ZipFile(path)
    with file:
        member = next((each for each in file.infolist() if each.filename == f"{name}.npy"), None)
        if member is None:
            names = shorten(", ".join(each.filename.removesuffix(".npy") for each in file.infolist()[:9])) or "nothing"
            raise DataError(f"{path}: has no array {name!r}, but {names}; write np.savez(…, ids=ids, vectors=vectors)")
        with damage_reported(path, "a .npz file"):
            stream = file.open(member)
        with stream:
            shape, by_columns, dtype = read_header(path, stream, member.file_size)
            if not shape or by_columns:
                raise DataError(f"{path}: {name} must be stored by rows; save np.ascontiguousarray({name})")
            yield shape, dtype, read_blocks(path, stream, shape, dtype)
