"""Descriptors on disk: one folder for an extractor on an image set, memory-mapped, never stale.

A shelf holds, for n images, a `state` of n 64-bit words and a file for each named array. The state of a row is the
fingerprint (file size and times) of the image that the row was made from, with the lowest bit set where that image
could not be decoded; zero means not described yet. A row is current when its state equals the image's fingerprint now.
Rows are written before their state, so a kill at any instant leaves rows that are merely described again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import numpy as np
from filelock import FileLock, Timeout

from harness.data.decode import LIBRARIES
from harness.data.extractor import Described, Extractor
from harness.data.ragged import Ragged
from harness.errors import SolutionError
from harness.files import write_whole
from harness.source_code import class_digest, files_digest

BLOCK = 1024  # rows that one process claims at a time
_UNDECODABLE = np.uint64(1)


@dataclass(frozen=True)
class Column:
    """One named array of a shelf: `shape` and `dtype` of a row; ragged rows are a log with starts and ends."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    ragged: bool

    @property
    def blank(self) -> object:
        """Return what stands in the row of an image that could not be decoded: NaN, or zero in whole numbers."""
        return np.nan if np.dtype(self.dtype).kind == "f" else 0


class Shelf:
    """The descriptors of n images by one extractor."""

    def __init__(self, folder: Path, n: int) -> None:
        self.folder, self.n = folder, n
        self._columns: dict[str, Column] | None = None

    @property
    def columns(self) -> dict[str, Column]:
        """Return the arrays by name; empty before `create`."""
        about = self.folder / "about.json"
        if self._columns is None and about.exists():
            stored = json.loads(about.read_text(encoding="utf-8"))["columns"]
            self._columns = {each["name"]: Column(**{**each, "shape": tuple(each["shape"])}) for each in stored}
        return self._columns or {}

    def create(self, columns: Sequence[Column], about: Mapping[str, object]) -> None:
        """Lay out the files, all rows undescribed; a second process waits for the first and finds them there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock("create"):
            if self.columns:
                return
            self._sparse("state.npy", np.dtype(np.uint64), ())
            for column in columns:
                if column.ragged:
                    (self.folder / f"{column.name}.log").touch()
                    self._sparse(f"{column.name}.span.npy", np.dtype(np.int64), (2,))
                else:
                    self._sparse(f"{column.name}.npy", np.dtype(column.dtype), column.shape)
            text = json.dumps({**about, "n": self.n, "columns": [asdict(column) for column in columns]}, indent=1)
            write_whole(self.folder / "about.json", text)

    def state(self) -> np.ndarray:
        """Return fingerprint and flag of each row `(n,)`; all zero before `create`."""
        if not self.columns:
            return np.zeros(self.n, np.uint64)
        return np.asarray(self._map("state.npy"))

    def undecodable(self, rows: np.ndarray | slice) -> np.ndarray:
        """Return which of the rows belong to images that could not be decoded."""
        return (self.state()[rows] & _UNDECODABLE).astype(bool)

    def array(self, name: str, rows: np.ndarray | slice) -> np.ndarray:
        """Return rows of a named array: a memory-mapped view for a slice, a copy otherwise."""
        return self._map(f"{name}.npy")[rows]

    def ragged(self, name: str, rows: np.ndarray | slice) -> Ragged:
        """Return rows of a ragged array."""
        column = self.columns[name]
        width = int(np.prod(column.shape)) * np.dtype(column.dtype).itemsize
        total = (self.folder / f"{name}.log").stat().st_size // width
        log = np.memmap(self.folder / f"{name}.log", column.dtype, "r", shape=(total, *column.shape)) if total else (
            np.zeros((0, *column.shape), column.dtype)
        )
        span = self._map(f"{name}.span.npy")[rows]
        return Ragged(log, span[:, 0], span[:, 1])

    def write(self, rows: np.ndarray, arrays: Mapping[str, Described], states: np.ndarray) -> None:
        """Write the rows of all arrays, then their states."""
        for name, column in self.columns.items():
            if column.ragged:
                spans = self._append(column, arrays[name])
                self._put(f"{name}.span.npy", rows, spans)
            else:
                self._put(f"{name}.npy", rows, np.asarray(arrays[name], column.dtype))
        self._put("state.npy", rows, states)

    def claim(self, block: int, *, wait: bool) -> FileLock | None:
        """Return a lock on a block of rows, or None where another process holds it and we would not wait."""
        lock = self._lock(f"block-{block}")
        try:
            lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            return None
        return lock

    def tidy(self) -> None:
        """Remove the files of locks that nobody needs any more."""
        for path in self.folder.glob("block-*.lock"):
            path.unlink(missing_ok=True)

    def _lock(self, name: str) -> FileLock:
        return FileLock(self.folder / f"{name}.lock", thread_local=False)

    def _map(self, name: str) -> np.ndarray:
        if not self.n:
            return np.asarray(np.load(self.folder / name, allow_pickle=False))
        return np.asarray(np.load(self.folder / name, mmap_mode="r", allow_pickle=False))

    def _sparse(self, name: str, dtype: np.dtype, shape: tuple[int, ...]) -> None:
        """Lay out an array of zeros that takes no room on disk yet."""
        with (self.folder / name).open("wb") as file:
            header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (self.n, *shape)}
            np.lib.format.write_array_header_1_0(file, header)
            file.truncate(file.tell() + self.n * dtype.itemsize * int(np.prod(shape)))

    def _put(self, name: str, rows: np.ndarray, values: np.ndarray) -> None:
        """Write rows through the file rather than the map: a full disk is then an error and not a dead process."""
        with (self.folder / name).open("r+b", buffering=0) as file:
            start = _data_offset(file)
            width = values.itemsize * int(np.prod(values.shape[1:]))
            for run in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(rows) != 1) + 1):
                file.seek(start + int(rows[run[0]]) * width)
                _write_all(file, np.ascontiguousarray(values[run[0] : run[-1] + 1]))

    def _append(self, column: Column, images: Described) -> np.ndarray:
        """Append ragged rows to the log and return their `(n, 2)` first and one-past-last positions."""
        path = self.folder / f"{column.name}.log"
        width = int(np.prod(column.shape)) * np.dtype(column.dtype).itemsize
        with self._lock(f"{column.name}-log"), path.open("r+b", buffering=0) as file:
            first = -(-file.seek(0, 2) // width)  # rounded up: a killed writer may have left half a row
            file.seek(first * width)
            ends = first + np.cumsum([len(image) for image in images])
            if ends[-1] > first:
                _write_all(file, np.concatenate([np.asarray(image, column.dtype) for image in images if len(image)]))
        return np.stack([np.r_[first, ends[:-1]], ends], axis=1).astype(np.int64)


def open_shelf(root: Path, images_key: str, n: int, extractor: Extractor) -> Shelf:
    """Return the shelf of an extractor on an image set; nothing is created yet."""
    return Shelf(root / images_key / f"{type(extractor).__name__}-{extractor_key(extractor)[:16]}", n)


def extractor_key(extractor: Extractor) -> str:
    """Return a digest of all that decides what an extractor makes of given pixels, and of how they are decoded."""
    return sha256(json.dumps(extractor_facts(extractor)).encode()).hexdigest()


def extractor_facts(extractor: Extractor) -> dict[str, object]:
    """Return what the key of an extractor is made from."""
    libraries = sorted({*LIBRARIES, *extractor.libraries}, key=str.lower)
    return {
        "extractor": extractor.identity,
        "source": class_digest(type(extractor)),
        "decoder": files_digest([Path(__file__).with_name("decode.py")]),
        "libraries": {name: version(name) for name in libraries},
    }


def columns_of(described: Described | Mapping[str, Described]) -> list[Column]:
    """Return the columns of what an extractor gave for a batch."""
    return [_column(name, value) for name, value in named(described).items()]


def named(described: Described | Mapping[str, Described]) -> Mapping[str, Described]:
    """Return the arrays by name; a lone array is called `rows`."""
    return described if isinstance(described, Mapping) else {"rows": described}


def _column(name: str, value: Described) -> Column:
    if not name.isidentifier():
        raise SolutionError(f"an extractor names an array {name!r}; use letters, digits and '_'")
    ragged = isinstance(value, list)
    first = np.asarray(value[0])
    if ragged and first.ndim < 1:
        raise SolutionError(f"the ragged array {name!r} must hold one array of rows for each image")
    return Column(name, first.dtype.str, first.shape[1:] if ragged else first.shape, ragged)


def _data_offset(file: BinaryIO) -> int:
    np.lib.format.read_magic(file)
    np.lib.format.read_array_header_1_0(file)
    return file.tell()


def _write_all(file: BinaryIO, values: np.ndarray) -> None:
    view = memoryview(values).cast("B")
    while view.nbytes:
        view = view[file.write(view) or 0 :]


