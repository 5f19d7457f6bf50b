"""Vectors in an HDF5 file: the datasets `ids` `(n,)` and `vectors` `(n, d)`. Links to other files are not followed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from harness.data.embeddings.formats.id_files import to_ids
from harness.data.embeddings.formats.vector_file import BLOCK_BYTES, VectorFile, damage_reported, require_numbers
from harness.errors import DataError
from leaderboard.safe_text import shorten


def open_hdf5(path: Path) -> VectorFile:
    """Return the vectors of a file with the datasets `ids` and `vectors`."""
    with damage_reported(path, "HDF5"), _open(path) as file:
        ids, array = _read_ids(path, _dataset(path, file, "ids")), _dataset(path, file, "vectors")
        require_numbers(path, array.dtype, array.shape)
        vectors = VectorFile(path, ids, array.shape[1], lambda: _blocks(path))
        vectors.require_length(array.shape[0])
    return vectors


def _blocks(path: Path) -> Iterator[np.ndarray]:
    with _open(path) as file:
        array = _dataset(path, file, "vectors")
        step = max(1, BLOCK_BYTES // (array.shape[1] * array.dtype.itemsize))
        for start in range(0, array.shape[0], step):
            with damage_reported(path, "HDF5"):
                block = np.asarray(array[start : start + step])
            yield block


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    import h5py

    with damage_reported(path, "HDF5"):
        file = h5py.File(path, "r")
    with file:
        yield file


def _dataset(path: Path, file: Any, name: str) -> Any:
    """Return a dataset that the file itself holds."""
    import h5py

    link = file.get(name, getlink=True)
    dataset = file[name] if isinstance(link, h5py.HardLink) else None
    if not isinstance(dataset, h5py.Dataset) or dataset.external or dataset.is_virtual:
        names = shorten(", ".join(map(str, list(file)[:9]))) or "nothing"
        raise DataError(f"{path}: has no dataset {name!r} of its own, but {names}; write the datasets ids and vectors")
    return dataset


def _read_ids(path: Path, dataset: Any) -> list[str]:
    import h5py

    if h5py.check_string_dtype(dataset.dtype) is None:
        return to_ids(path, np.asarray(dataset[:]))
    if len(dataset.shape) != 1:
        raise DataError(f"{path}: the ids have the shape {dataset.shape}; save one text for each vector")
    return [str(each) for each in dataset.asstr()[:]]
