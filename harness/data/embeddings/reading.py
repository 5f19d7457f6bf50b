"""Open a file of vectors by its suffix."""

from collections.abc import Sequence
from pathlib import Path

from harness.data.embeddings.formats.hdf5 import open_hdf5
from harness.data.embeddings.formats.npy import open_npy
from harness.data.embeddings.formats.npz import open_npz
from harness.data.embeddings.formats.parquet import open_parquet
from harness.data.embeddings.formats.vector_file import VectorFile
from harness.errors import DataError

_READERS = {
    ".npz": open_npz,
    ".parquet": open_parquet,
    ".pq": open_parquet,
    ".h5": open_hdf5,
    ".hdf5": open_hdf5,
}
SUFFIXES = (".npy", *_READERS)


def open_vector_files(paths: Sequence[Path], ids: Sequence[Path] = ()) -> list[VectorFile]:
    """Return the files, whose vectors must be equally long; `ids` are the files of ids of the .npy files, in order.

    Raises DataError for a file that does not exist, has another format, or is damaged.
    """
    arrays = [path for path in paths if path.suffix == ".npy"]
    if ids and len(ids) != len(arrays):
        raise DataError(f"there are {len(ids)} files of ids for {len(arrays)} .npy files; give one for each")
    ids_of = dict(zip(arrays, ids, strict=True)) if ids else {}
    files = [_open(path, ids_of.get(path)) for path in paths]
    for file in files:
        if file.width != files[0].width:
            raise DataError(f"{file.path}: vectors of {file.width} numbers; {files[0].path} has {files[0].width}")
    return files


def _open(path: Path, ids: Path | None) -> VectorFile:
    if not path.is_file():
        raise DataError(f"{path}: there is no such file")
    if path.suffix == ".npy":
        return open_npy(path, ids)
    if path.suffix not in _READERS:
        raise DataError(
            f"{path}: vectors are read from {', '.join(SUFFIXES)}; pickles such as .pkl and .pt are never opened"
        )
    return _READERS[path.suffix](path)
