"""A file of vectors with ids, read block by block; what is wrong with it is one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.data.tables.cells import quote
from harness.errors import DataError, HarnessError
from leaderboard.safe_text import make_printable

BLOCK_BYTES = 1 << 24
_KINDS = "fiu"  # NumPy kinds of vectors
_UNIT = 1e-5  # a length within this of 1 is 1: normalised vectors stay as they are, to the bit


@dataclass(frozen=True, eq=False)
class VectorFile:
    """The ids of a file's vectors, how many numbers a vector has, and its blocks of rows `(any, width)`, in order."""

    path: Path
    ids: list[str]
    width: int
    blocks: Callable[[], Iterator[np.ndarray]]

    def unit_blocks(self) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield blocks of rows as float32 at unit length, with their place in `ids`; rows of zeros stay.

        Raises DataError for NaN, infinite numbers, and another number of vectors than ids.
        """
        start = 0
        for block in self.blocks():
            here = slice(start, start + len(block))
            yield here, self._normalise(block, here)
            start = here.stop
        self.require_length(start)

    def require_length(self, n_vectors: int) -> None:
        """Raise DataError unless there is a vector for each id."""
        if n_vectors != len(self.ids):
            raise DataError(f"{self.path}: holds {n_vectors} vectors, but {len(self.ids)} ids")

    def _normalise(self, block: np.ndarray, here: slice) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):
            rows = np.ascontiguousarray(block, np.float32)
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        bad = np.flatnonzero(~np.isfinite(lengths[:, 0]))
        if len(bad):
            row = here.start + int(bad[0])
            image_id = quote(self.ids[row]) if row < len(self.ids) else "without id"
            raise DataError(
                f"{self.path}: vector {row + 1} ({image_id}) has numbers that are NaN, infinite or too large"
            )
        lengths[(lengths == 0) | (np.abs(lengths - 1) <= _UNIT)] = 1
        return rows if (lengths == 1).all() else np.asarray(rows / lengths)


@contextmanager
def damage_reported(path: Path, kind: str) -> Iterator[None]:
    """Turn any error of a reader inside the block into a DataError of one line."""
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:  # noqa: BLE001 (a damaged file may raise anything)
        reason = make_printable(" ".join(str(error).split())[:200]) or type(error).__name__
        raise DataError(f"{path}: cannot be read as {kind}: {reason}; is it complete?") from None


def require_numbers(path: Path, dtype: np.dtype, shape: tuple[int, ...]) -> None:
    """Raise DataError unless an array of this type and shape holds vectors `(n, d)`."""
    require_no_objects(path, dtype)
    if dtype.kind not in _KINDS or len(shape) != 2 or 0 in shape:
        text = f"{dtype} of the shape {shape}"
        raise DataError(f"{path}: the vectors are {text}; save numbers (images, numbers of a vector), such as float32")


def require_no_objects(path: Path, dtype: np.dtype) -> None:
    """Raise DataError for an array of Python objects, which is a pickle."""
    if dtype.hasobject:
        raise DataError(
            f"{path}: holds Python objects, a pickle, which is never opened; save ids by np.array(ids, str) and "
            "vectors as one array of numbers"
        )
