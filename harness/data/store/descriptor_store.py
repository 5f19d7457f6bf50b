"""Descriptors on disk: one folder for an extractor on an image set, memory-mapped, never stale.

A shelf holds, for n images, a state of n 64-bit words and a file for each named array. The state of a row is the
fingerprint of the image (file size and times) that the row was made from, with the lowest bit set where that image
could not be decoded; zero means not described yet. A row is current when its state equals the image's fingerprint now.
Rows are written before their state, so a kill at any instant leaves rows that are merely described again.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import numpy as np
from filelock import FileLock, Timeout

from harness.atomic_files import write_atomically
from harness.data.store.array_specs import ArraySpec
from harness.data.store.cache_key import extractor_key
from harness.data.store.extractor import Descriptors, Extractor
from harness.data.store.ragged import Ragged

UNDECODABLE = np.uint64(1)  # the bit of a state
TRY_AGAIN = np.uint64(0)  # in place of a fingerprint: no image has it, so the row is not current
_ABOUT = "about.json"
_STATE = "row-state.npy"  # no array is named so: their names have no hyphen


class ExtractorStore:
    """The descriptors of n images by one extractor."""

    def __init__(self, folder: Path, n: int) -> None:
        self.folder, self.n = folder, n
        self._specs: dict[str, ArraySpec] | None = None

    @property
    def specs(self) -> dict[str, ArraySpec]:
        """Return the arrays by name; empty before `create`."""
        about = self.folder / _ABOUT
        if self._specs is None and about.exists():
            with suppress(ValueError, KeyError, TypeError):  # damaged by other hands: all is laid out anew
                stored = json.loads(about.read_text(encoding="utf-8"))["columns"]
                self._specs = {each["name"]: ArraySpec(**{**each, "shape": tuple(each["shape"])}) for each in stored}
        return self._specs or {}

    def create(self, columns: Sequence[ArraySpec], about: Mapping[str, object]) -> None:
        """Lay out the files, all rows undescribed; a second process waits for the first and finds them there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock("create"):
            if self.specs:
                return
            self._lay_out(_STATE, np.dtype(np.uint64), ())
            for column in columns:
                if column.ragged:
                    (self.folder / f"{column.name}.log").touch()
                    self._lay_out(f"{column.name}.span.npy", np.dtype(np.int64), (2,))
                else:
                    self._lay_out(f"{column.name}.npy", np.dtype(column.dtype), column.shape)
            text = json.dumps({**about, "n": self.n, "columns": [asdict(column) for column in columns]}, indent=1)
            write_atomically(self.folder / _ABOUT, text)

    def state(self, rows: np.ndarray | slice) -> np.ndarray:
        """Return fingerprint and flag of each of the rows."""
        return self._map(_STATE)[rows]

    def undecodable(self, rows: np.ndarray | slice) -> np.ndarray:
        """Return which of the rows belong to images that could not be decoded."""
        return (self.state(rows) & UNDECODABLE).astype(bool)

    def array(self, name: str, rows: np.ndarray | slice) -> np.ndarray:
        """Return rows of a named array: a memory-mapped view for a slice, a copy otherwise."""
        return self._map(f"{name}.npy")[rows]

    def ragged(self, name: str, rows: np.ndarray | slice) -> Ragged:
        """Return rows of a ragged array."""
        column, log = self.specs[name], self.folder / f"{name}.log"
        shape = (log.stat().st_size // column.row_bytes, *column.shape)
        stored = np.memmap(log, column.dtype, "r", shape=shape) if shape[0] else np.zeros(shape, column.dtype)
        span = self._map(f"{name}.span.npy")[rows]
        return Ragged(np.asarray(stored), span[:, 0], span[:, 1])

    def write(self, rows: np.ndarray, arrays: Mapping[str, Descriptors], states: np.ndarray) -> None:
        """Write the rows of all arrays, then their states."""
        for name, column in self.specs.items():
            if column.ragged:
                self._put(f"{name}.span.npy", rows, self._append(column, arrays[name]))
            else:
                self._put(f"{name}.npy", rows, np.asarray(arrays[name], column.dtype))
        self._put(_STATE, rows, states)

    @contextmanager
    def lock_block(self, block: int, *, wait: bool) -> Iterator[bool]:
        """Keep all others from a block of rows; false where another is at it and we do not wait for him."""
        lock = self._lock(f"block-{block}")
        try:
            lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            with suppress(OSError):  # not possible everywhere, and not needed
                Path(lock.lock_file).unlink()
            lock.release()

    def _lock(self, name: str) -> FileLock:
        return FileLock(self.folder / f"{name}.lock")

    def _map(self, name: str) -> np.ndarray:
        array: np.ndarray = np.load(self.folder / name, mmap_mode="r" if self.n else None, allow_pickle=False)
        return array.view(np.ndarray)

    def _lay_out(self, name: str, dtype: np.dtype, shape: tuple[int, ...]) -> None:
        """Make an array of zeros that takes no room on disk yet."""
        with (self.folder / name).open("wb") as file:
            header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (self.n, *shape)}
            np.lib.format.write_array_header_1_0(file, header)
            file.truncate(file.tell() + self.n * dtype.itemsize * int(np.prod(shape, dtype=np.int64)))

    def _put(self, name: str, rows: np.ndarray, values: np.ndarray) -> None:
        """Write ascending rows through the file, not the map: a full disk is then an error and not a dead process."""
        with (self.folder / name).open("r+b", buffering=0) as file:
            start = _data_offset(file)
            width = values.itemsize * int(np.prod(values.shape[1:], dtype=np.int64))
            for run in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(rows) != 1) + 1):
                file.seek(start + int(rows[run[0]]) * width)
                _write_all(file, values[run[0] : run[-1] + 1])

    def _append(self, column: ArraySpec, images: Descriptors) -> np.ndarray:
        """Append ragged rows to the log and return their `(n, 2)` first and one-past-last positions."""
        path = self.folder / f"{column.name}.log"
        with self._lock(f"{column.name}-log"), path.open("r+b", buffering=0) as file:
            first = file.seek(0, 2) // column.row_bytes  # rounded down: a killed writer may have left half a row
            file.seek(first * column.row_bytes)
            ends = first + np.cumsum([len(image) for image in images])
            _write_all(file, np.concatenate([np.asarray(image, column.dtype) for image in images]))
        return np.stack([np.r_[first, ends[:-1]], ends], axis=1).astype(np.int64)


def open_store(root: Path, images_key: str, n: int, extractor: Extractor) -> ExtractorStore:
    """Return the shelf of an extractor on an image set; nothing is created yet."""
    return ExtractorStore(root / images_key / f"{type(extractor).__name__[:60]}-{extractor_key(extractor)[:16]}", n)


def _data_offset(file: BinaryIO) -> int:
    np.lib.format.read_magic(file)
    np.lib.format.read_array_header_1_0(file)
    return file.tell()


def _write_all(file: BinaryIO, values: np.ndarray) -> None:
    left = memoryview(np.ascontiguousarray(values).tobytes())
    while left.nbytes:
        left = left[file.write(left) or 0 :]
