"""Vectors in a .npy file `(n, d)`, with their ids in a file beside it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harness.data.embeddings.formats.id_files import find_ids, read_ids
from harness.data.embeddings.formats.npy_arrays import map_array
from harness.data.embeddings.formats.vector_file import BLOCK_BYTES, VectorFile, require_numbers


def open_npy(path: Path, ids: Path | None = None) -> VectorFile:
    """Return the vectors with the ids in a file, by default the one beside it: see `find_ids`."""
    array = map_array(path)
    require_numbers(path, array.dtype, array.shape)
    vectors = VectorFile(path, read_ids(ids or find_ids(path)), array.shape[1], lambda: _blocks(array))
    vectors.require_length(len(array))
    return vectors


def _blocks(array: np.ndarray) -> Iterator[np.ndarray]:
    step = max(1, BLOCK_BYTES // (array.shape[1] * array.itemsize))
    return (array[start : start + step] for start in range(0, len(array), step))
