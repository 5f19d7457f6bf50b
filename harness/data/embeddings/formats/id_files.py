"""Ids of vectors: from arrays, and from files beside the vectors."""

from pathlib import Path

import numpy as np

from harness.data.embeddings.formats.npy_arrays import map_array
from harness.data.embeddings.formats.vector_file import damage_reported, require_no_objects
from harness.data.tables.csv_table import read_table
from harness.errors import DataError

BESIDE = (".ids.txt", ".ids.csv", ".ids.npy")  # of vectors.npy: vectors.ids.txt, …


def to_ids(path: Path, array: np.ndarray) -> list[str]:
    """Return ids from an array `(n,)` of text, of bytes in UTF-8, or of whole numbers; DataError for any other."""
    require_no_objects(path, array.dtype)
    if array.ndim != 1 or array.dtype.kind not in "USiu":
        raise DataError(f"{path}: the ids are {array.dtype} of the shape {array.shape}; save one text for each vector")
    if array.dtype.kind == "S":
        with damage_reported(path, "ids in UTF-8"):
            array = np.char.decode(array, "utf-8")
    return [*map(str, array.tolist())]


def read_ids(path: Path) -> list[str]:
    """Return the ids in a file: the column `id` of a .csv, an array in a .npy, or else one id a line."""
    if path.suffix == ".csv":
        return list(read_table(path, ["id"])["id"])
    if path.suffix == ".npy":
        return to_ids(path, map_array(path))
    with damage_reported(path, "text in UTF-8"):
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").rstrip().split("\n")]
    return lines[1:] if lines[0] == "id" else lines


def find_ids(path: Path) -> Path:
    """Return the file of ids beside a file of vectors; DataError if there is none."""
    candidates = [path.with_suffix(suffix) for suffix in BESIDE]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise DataError(f"{path}: has no ids; name their file by --ids, or write one id a line to {candidates[0]}")
