"""The answer of a run as a file: arrays in an NPZ file without compression, read as what a stranger has uploaded."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np

from harness.atomic_files import atomic_path
from harness.running.run_folder import RunFileError, open_run_file
from harness.submissions.answer import Answer, Labelling, Ranking
from harness.submissions.list_length import MAX_LISTED_IDS

_DAMAGE = zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, KeyError, OSError, RuntimeError
_OVERHEAD = 10_000  # bytes of the headers of a file, at most
_INT32, _INT64, _FLOAT64 = np.dtype(np.int32), np.dtype(np.int64), np.dtype(np.float64)
_ARRAYS = {"positions": (_INT32, _INT64), "landmarks": (_INT64,), "confidences": (_FLOAT64,)}


def save_answer(path: Path, answer: Answer) -> None:
    """Write the arrays of an answer without its ids, which are those of the split."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        if isinstance(answer, Ranking):
            np.savez(file, positions=answer.positions)
        else:
            np.savez(file, landmarks=answer.landmarks.astype(np.int64), confidences=answer.confidences.astype(float))


def load_answer(path: Path, query_ids: np.ndarray, index_ids: np.ndarray) -> Answer:
    """Return the answer that `save_answer` wrote for these queries and this index.

    Raises RunFileError for a file that is missing, damaged or of another shape, and for positions outside of the index.
    """
    n_queries, n_index = len(query_ids), len(index_ids)
    with open_run_file(path, n_queries * 8 * max(n_index, MAX_LISTED_IDS) + _OVERHEAD) as file:
        try:
            arrays = _read_arrays(file, path.name)
        except _DAMAGE as error:
            raise RunFileError(f"{path.name} is damaged: {str(error)[:200]}") from None
    if arrays.keys() == {"positions"}:
        return Ranking(query_ids, index_ids, _require_positions(arrays["positions"], n_queries, n_index, path.name))
    if arrays.keys() == {"landmarks", "confidences"}:
        _require_shapes(arrays, (n_queries,), path.name)
        return Labelling(query_ids, arrays["landmarks"], arrays["confidences"])
    raise RunFileError(f"{path.name} has the arrays {sorted(arrays)}")


def _read_arrays(file: BinaryIO, name: str) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        names = [each.filename.removesuffix(".npy") for each in members]
        if not set(names) <= _ARRAYS.keys() or len(set(names)) < len(names):
            raise RunFileError(f"{name} has the members {sorted(names)!r:.100}")
        if any(each.compress_type != zipfile.ZIP_STORED or each.flag_bits & 1 for each in members):
            raise RunFileError(f"{name} is compressed or encrypted")
        return {key: _read_array(archive.read(each), _ARRAYS[key]) for key, each in zip(names, members, strict=True)}


def _read_array(content: bytes, dtypes: tuple[np.dtype, ...]) -> np.ndarray:
    """Return the array in the bytes of an NPY file; ValueError if it has another type, order or length."""
    file = BytesIO(content)
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        raise ValueError(f"version {version} of the format")
    shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype not in dtypes:
        raise ValueError(f"an array of {dtype}")
    values = np.frombuffer(content, dtype, offset=file.tell())
    return values.reshape(shape, order="F" if is_fortran else "C").copy()


def _require_positions(positions: np.ndarray, n_queries: int, n_index: int, name: str) -> np.ndarray:
    if positions.ndim != 2 or len(positions) != n_queries or positions.shape[1] > max(n_index, MAX_LISTED_IDS):
        raise RunFileError(f"{name} has positions of the shape {positions.shape} for {n_queries} queries")
    if positions.max(initial=-1) >= n_index or positions.min(initial=-1) < -1:
        raise RunFileError(f"{name} has positions outside of the index")
    return positions


def _require_shapes(arrays: dict[str, np.ndarray], shape: tuple[int, ...], name: str) -> None:
    for key, array in arrays.items():
        if array.shape != shape:
            raise RunFileError(f"{name} has {key} of the shape {array.shape}, not {shape}")
