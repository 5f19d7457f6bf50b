"""Write vectors with their ids to a file, in the format of its suffix."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO
from zipfile import ZipFile

import numpy as np

from harness.atomic_files import atomic_path, write_atomically
from harness.data.embeddings.formats.id_files import BESIDE
from harness.data.embeddings.formats.parquet import require_pyarrow
from harness.errors import DataError
from harness.temporary_files import temporary_folder

_ROWS = 1 << 13  # rows in a block

Block = tuple[Sequence[str] | np.ndarray, np.ndarray]  # ids and their vectors (n, d)


def require_vector_suffix(out: Path) -> None:
    """Raise DataError if no vectors can be written to a file of this name, HarnessError if pyarrow is missing."""
    if out.suffix not in _WRITERS:
        raise DataError(f"{out}: vectors are written to {', '.join(_WRITERS)}; name such a file")
    if out.suffix == ".parquet":
        require_pyarrow(out)


def write_vectors(out: Path, blocks: Iterable[Block]) -> tuple[int, int]:
    """Write the blocks as float32, all or nothing; return how many vectors there are, and how long they are.

    Raises DataError if there are none, or if the blocks differ in their lengths.
    """
    with temporary_folder(beside=out) as folder:
        path = folder / "vectors.npy"
        ids, width = _write_array(path, blocks)
        if not ids:
            raise DataError(f"{out}: there is no vector to write")
        _WRITERS[out.suffix](out, ids, path)
    return len(ids), width


def _write_array(path: Path, blocks: Iterable[Block]) -> tuple[list[str], int]:
    """Write the vectors to a .npy file, and return their ids and their length."""
    ids: list[str] = []
    width = 0
    with path.open("wb") as file:
        for some, rows in blocks:
            if not width:
                width = rows.shape[1]
                _write_header(file, (0, width))
            if rows.shape[1] != width:
                raise DataError(f"a vector has {rows.shape[1]} numbers, the first {width}")
            ids.extend(map(str, some))
            file.write(np.ascontiguousarray(rows, "<f4").data)
        if ids:
            file.seek(0)
            _write_header(file, (len(ids), width))
    return ids, width


def _write_header(file: IO[bytes], shape: tuple[int, int]) -> None:
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)  # as long for any number of rows


def _write_npy(out: Path, ids: list[str], vectors: Path) -> None:
    write_atomically(out.with_suffix(BESIDE[0]), "".join(f"{each}\n" for each in ids))
    with atomic_path(out) as temporary:
        vectors.replace(temporary)


def _write_npz(out: Path, ids: list[str], vectors: Path) -> None:
    with atomic_path(out) as temporary, ZipFile(temporary, "w") as file:
        with file.open("ids.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array(member, np.array(ids, str), allow_pickle=False)
        file.write(vectors, "vectors.npy")


def _write_hdf5(out: Path, ids: list[str], vectors: Path) -> None:
    import h5py

    array = np.load(vectors, mmap_mode="r")
    with atomic_path(out) as temporary, h5py.File(temporary, "w") as file:
        file.create_dataset("ids", data=ids, dtype=h5py.string_dtype())
        dataset = file.create_dataset("vectors", array.shape, array.dtype)
        for start in range(0, len(array), _ROWS):
            dataset[start : start + _ROWS] = array[start : start + _ROWS]


def _write_parquet(out: Path, ids: list[str], vectors: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    array = np.load(vectors, mmap_mode="r")
    width = array.shape[1]
    schema = pa.schema([("id", pa.string()), ("vector", pa.list_(pa.float32(), width))])
    with atomic_path(out) as temporary, parquet.ParquetWriter(temporary, schema) as file:
        for start in range(0, len(array), _ROWS):
            flat = pa.array(np.asarray(array[start : start + _ROWS]).ravel())
            lists = pa.FixedSizeListArray.from_arrays(flat, width)
            file.write_batch(pa.record_batch([pa.array(ids[start : start + _ROWS]), lists], schema=schema))


_WRITERS: dict[str, Callable[[Path, list[str], Path], None]] = {
    ".npy": _write_npy,
    ".npz": _write_npz,
    ".h5": _write_hdf5,
    ".parquet": _write_parquet,
}
