"""Read an HDF5 file in this process: `python -m harness.data.embeddings.formats.hdf5_process PATH PART`.

The part `ids` prints one line of JSON: ids, shape and type of the vectors. The part `vectors` prints the vectors,
row by row. An error goes to standard error, as JSON. libhdf5 can loop or allocate for ever on a damaged file, so the
process has limits on processor time and memory.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from harness.data.embeddings.formats.id_files import to_ids
from harness.data.embeddings.formats.vector_file import BLOCK_BYTES, damage_reported, require_numbers
from harness.errors import DataError
from leaderboard.safe_text import shorten


def main(path: Path, part: str, seconds: int, memory: int) -> int:
    """Print a part of a file; return the exit code."""
    _limit(seconds, memory)
    try:
        _write(path, part, sys.stdout.buffer)
    except DataError as error:
        sys.stderr.write(json.dumps(str(error)))
        return 1
    return 0


def _limit(seconds: int, memory: int) -> None:
    """Let the kernel kill this process after so many seconds, and refuse more bytes of memory, where it can."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _write(path: Path, part: str, out: BinaryIO) -> None:
    with damage_reported(path, "HDF5"), _open(path) as file:
        array = _dataset(path, file, "vectors")
        require_numbers(path, array.dtype, array.shape)
        if part == "ids":
            facts = {"ids": _read_ids(path, _dataset(path, file, "ids")), "shape": array.shape}
            out.write(json.dumps({**facts, "dtype": array.dtype.str}).encode() + b"\n")
        else:
            step = max(1, BLOCK_BYTES // (array.shape[1] * array.dtype.itemsize))
            starts = range(0, array.shape[0], step)
            out.writelines(np.ascontiguousarray(array[start : start + step]).data for start in starts)


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    import h5py

    with h5py.File(path, "r") as file:
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


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])))
