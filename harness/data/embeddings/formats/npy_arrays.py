"""Arrays in NumPy's own format, mapped from a file or read from a stream. Pickles are never opened."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from harness.data.embeddings.formats.vector_file import BLOCK_BYTES, damage_reported, require_no_objects
from harness.errors import DataError

Header = tuple[tuple[int, ...], bool, np.dtype]  # shape, by columns?, type


def map_array(path: Path) -> np.ndarray:
    """Return the array in a file, memory-mapped; DataError for a damaged file and for Python objects."""
    with damage_reported(path, "a NumPy array"), path.open("rb") as file:
        shape, _, dtype = _read_header(file)
        require_no_objects(path, dtype)
        if 0 in shape:
            return np.zeros(shape, dtype)
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def read_header(path: Path, stream: IO[bytes], size: int) -> Header:
    """Return the header of an array in a stream of `size` bytes.

    Raises DataError for a damaged header, for Python objects, and for an array of another size.
    """
    with damage_reported(path, "NumPy arrays"):
        shape, by_columns, dtype = _read_header(stream)
        require_no_objects(path, dtype)
        missing = stream.tell() + int(np.prod(shape, dtype=object)) * dtype.itemsize - size
        if missing:
            raise DataError(f"{path}: an array of the shape {shape} is {abs(missing)} bytes too short or too long")
    return shape, by_columns, dtype


def read_blocks(path: Path, stream: IO[bytes], shape: tuple[int, ...], dtype: np.dtype) -> Iterator[np.ndarray]:
    """Yield an array `(n, …)` in blocks of rows, from a stream behind the header."""
    row_bytes = max(1, int(np.prod(shape[1:], dtype=np.int64)) * dtype.itemsize)
    step = max(1, BLOCK_BYTES // row_bytes)
    for start in range(0, shape[0], step):
        count = min(step, shape[0] - start)
        with damage_reported(path, "NumPy arrays"):
            block = np.frombuffer(stream.read(count * row_bytes), dtype).reshape(count, *shape[1:])
        yield block


def _read_header(stream: IO[bytes]) -> Header:
    version = np.lib.format.read_magic(stream)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError(f"version {version} of the format is not read")
    shape, by_columns, dtype = read(stream)
    return shape, bool(by_columns), dtype
