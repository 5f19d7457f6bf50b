"""Store of descriptors: one folder of memory-mapped arrays per extractor and image set.

A store holds, for n images, n states of 64 bits and a file for each named array. The state of a row is the fingerprint
(size and times) of the image file it was computed from; the lowest bit is set if the image could not be decoded, and
zero means not computed. A row is current if its state equals the present fingerprint. Rows are written before their
state, so rows of a killed process are computed again.
"""

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from shutil import rmtree
from typing import BinaryIO

import numpy as np
from filelock import FileLock, Timeout

from harness.atomic_files import write_atomically
from harness.data.store.array_specs import ArraySpec
from harness.data.store.cache_key import extractor_key
from harness.data.store.extractor import Descriptors, Extractor
from harness.data.store.ragged import Ragged
from harness.place_errors import name_file
from harness.regular_file import open_regular, read_json

UNDECODABLE = np.uint64(1)  # bit of a state
TRY_AGAIN = np.uint64(0)  # a state that equals no fingerprint, so the row is never current
_ABOUT = "about.json"
_STATE = "row-state.npy"  # array names have no hyphen


class ExtractorStore:
    """The descriptors of n images by one extractor."""

    def __init__(self, folder: Path, n: int) -> None:
        self.folder, self.n = folder, n
        self._specs: dict[str, ArraySpec] | None = None
        self._offsets: dict[str, int] = {}  # of the first row in each file
        self._states: np.ndarray | None = None

    @property
    def specs(self) -> dict[str, ArraySpec]:
        """Return the arrays by name; empty before `create`."""
        if self._specs is None:
            with suppress(OSError, ValueError, KeyError, TypeError):  # missing or damaged: all files are created anew
                stored = read_json(self.folder / _ABOUT)["columns"]
                self._specs = {spec["name"]: ArraySpec(**{**spec, "shape": tuple(spec["shape"])}) for spec in stored}
        return self._specs or {}

    def is_intact(self) -> bool:
        """Return whether all files are there and have the types and sizes of the arrays; their rows are not read."""
        try:
            return (
                bool(self.specs)
                and all(
                    matches_layout(self.folder / name, self._header(dtype, shape), dtype, (self.n, *shape))
                    for name, dtype, shape in self._layouts(self.specs.values())
                )
                and all(self._has_rows(spec) for spec in self.specs.values() if spec.ragged)
            )
        except (TypeError, ValueError):  # a spec with an impossible type
            return False

    def _has_rows(self, spec: ArraySpec) -> bool:
        """Return whether the log of a ragged array has all rows that the spans name."""
        log, span = self.folder / f"{spec.name}.log", self._map(f"{spec.name}.span.npy")
        if not log.is_file() or (span[:, 0] > span[:, 1]).any():
            return False
        return not len(span) or (span.min() >= 0 and int(span.max()) * spec.row_bytes <= log.stat().st_size)

    def _layouts(self, specs: Iterable[ArraySpec]) -> Iterator[tuple[str, np.dtype, tuple[int, ...]]]:
        """Yield the name, the type and the shape of a row of each file with a fixed size."""
        yield _STATE, np.dtype(np.uint64), ()
        for spec in specs:
            if spec.ragged:
                yield f"{spec.name}.span.npy", np.dtype(np.int64), (2,)
            else:
                yield f"{spec.name}.npy", np.dtype(spec.dtype), spec.shape

    def create(self, specs: Sequence[ArraySpec], about: Mapping[str, object]) -> None:
        """Create the files, with no row computed, replacing damaged ones; a second process uses those of the first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock("create"):
            self._specs = None
            if self.is_intact():
                return
            self._replace(_ABOUT)
            for spec in specs:
                if spec.ragged:
                    self._replace(f"{spec.name}.log").touch()
            for name, dtype, shape in self._layouts(specs):
                self._lay_out(name, dtype, shape)
            self._specs, self._states = None, None
            text = json.dumps({**about, "n": self.n, "columns": [asdict(spec) for spec in specs]}, indent=1)
            write_atomically(self.folder / _ABOUT, text)

    def state(self, rows: np.ndarray | slice) -> np.ndarray:
        """Return the states of rows, as any process wrote them."""
        if self._states is None:
            self._states = self._map(_STATE)
        return self._states[rows]

    def undecodable(self, rows: np.ndarray | slice) -> np.ndarray:
        """Return a mask of the rows whose images could not be decoded."""
        return (self.state(rows) & UNDECODABLE).astype(bool)

    def array(self, name: str, rows: np.ndarray | slice) -> np.ndarray:
        """Return rows of a named array: a memory-mapped view for a slice, a copy otherwise."""
        return self._map(f"{name}.npy")[rows]

    def ragged(self, name: str, rows: np.ndarray | slice) -> Ragged:
        """Return rows of a ragged array."""
        spec, log = self.specs[name], self.folder / f"{name}.log"
        shape = (log.stat().st_size // spec.row_bytes, *spec.shape)
        stored = np.memmap(log, spec.dtype, "r", shape=shape) if shape[0] else np.zeros(shape, spec.dtype)
        span = self._map(f"{name}.span.npy")[rows]
        return Ragged(np.asarray(stored), span[:, 0], span[:, 1])

    def write(self, rows: np.ndarray, arrays: Mapping[str, Descriptors], states: np.ndarray) -> None:
        """Write the rows of all arrays, and then their states."""
        for name, spec in self.specs.items():
            if spec.ragged:
                self._put(f"{name}.span.npy", rows, self._append(spec, arrays[name]))
            else:
                self._put(f"{name}.npy", rows, np.asarray(arrays[name], spec.dtype))
        self.write_states(rows, states)

    def write_states(self, rows: np.ndarray, states: np.ndarray) -> None:
        """Write the states of ascending rows."""
        self._put(_STATE, rows, states)

    def writable(self, name: str) -> np.ndarray:
        """Return a named array as a memory map to write to; OSError if the disk has no room for all of it."""
        path = self.folder / f"{name}.npy"
        if hasattr(os, "posix_fallocate"):  # writing to a map without room would end the process
            with name_file(path), path.open("r+b") as file:
                os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
        array: np.ndarray = np.load(path, mmap_mode="r+", allow_pickle=False)
        return array.view(np.ndarray)

    @contextmanager
    def lock_block(self, block: int, *, wait: bool) -> Iterator[bool]:
        """Lock a block of rows for this process. Yields False if another process holds it and `wait` is false."""
        lock = self._lock(f"block-{block}")
        try:
            lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            with suppress(OSError):  # some systems do not delete open files; the file does no harm
                Path(lock.lock_file).unlink()
            lock.release()

    def _lock(self, name: str) -> FileLock:
        return FileLock(self.folder / f"{name}.lock")

    def _map(self, name: str) -> np.ndarray:
        array: np.ndarray = np.load(self.folder / name, mmap_mode="r" if self.n else None, allow_pickle=False)
        return array.view(np.ndarray)

    def _lay_out(self, name: str, dtype: np.dtype, shape: tuple[int, ...]) -> None:
        """Create a sparse file that holds an array of zeros."""
        path = self._replace(name)
        with name_file(path), path.open("wb") as file:
            file.write(self._header(dtype, shape))
            file.truncate(file.tell() + self.n * dtype.itemsize * int(np.prod(shape, dtype=np.int64)))

    def _header(self, dtype: np.dtype, shape: tuple[int, ...]) -> bytes:
        file = BytesIO()
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (self.n, *shape)}
        np.lib.format.write_array_header_1_0(file, header)
        return file.getvalue()

    def _replace(self, name: str) -> Path:
        """Return the path of a file after removing what is there; a process that has it open keeps what it has."""
        path = self.folder / name
        if path.is_dir() and not path.is_symlink():
            rmtree(path)
        path.unlink(missing_ok=True)
        return path

    def _put(self, name: str, rows: np.ndarray, values: np.ndarray) -> None:
        """Write ascending rows with `write`, so that a full disk raises OSError and not SIGBUS."""
        with name_file(self.folder / name), (self.folder / name).open("r+b", buffering=0) as file:
            if name not in self._offsets:
                self._offsets[name] = _data_offset(file)
            width = values.itemsize * math.prod(values.shape[1:])
            starts = [0, *(np.flatnonzero(np.diff(rows) != 1) + 1).tolist(), len(rows)]
            for first, end in pairwise(starts):
                file.seek(self._offsets[name] + int(rows[first]) * width)
                _write_all(file, values[first:end])

    def _append(self, spec: ArraySpec, images: Descriptors) -> np.ndarray:
        """Append ragged rows to the log; return first and one-past-last row of each image `(n, 2)`."""
        path = self.folder / f"{spec.name}.log"
        with name_file(path), self._lock(f"{spec.name}-log"), path.open("r+b", buffering=0) as file:
            first = file.seek(0, 2) // spec.row_bytes  # rounded down: a killed writer may have left half a row
            file.seek(first * spec.row_bytes)
            ends = first + np.cumsum([len(image) for image in images])
            _write_all(file, np.concatenate([np.asarray(image, spec.dtype) for image in images]))
        return np.stack([np.r_[first, ends[:-1]], ends], axis=1).astype(np.int64)


def open_store(root: Path, images_key: str, n: int, extractor: Extractor) -> ExtractorStore:
    """Return the store of an extractor on an image set, without creating files."""
    return ExtractorStore(root / images_key / f"{type(extractor).__name__[:60]}-{extractor_key(extractor)[:16]}", n)


def matches_layout(path: Path, header: bytes, dtype: np.dtype, shape: tuple[int, ...]) -> bool:
    """Return whether a regular file has the header and the size of an array in NumPy's format."""
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            return file.read(len(header)) == header and size == len(header) + dtype.itemsize * math.prod(shape)
    except OSError:
        return False


def _data_offset(file: BinaryIO) -> int:
    np.lib.format.read_magic(file)
    np.lib.format.read_array_header_1_0(file)
    return file.tell()


def _write_all(file: BinaryIO, values: np.ndarray) -> None:
    rest = np.ascontiguousarray(values).reshape(-1).view(np.uint8).data
    while rest.nbytes:
        rest = rest[file.write(rest) or 0 :]
