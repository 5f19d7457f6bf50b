"""Read pickles without executing code from them: every function that a pickle names must be in a fixed table."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from itertools import accumulate
from operator import mul
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from harness.data.restricted_unpickler import RestrictedUnpickler
from harness.errors import DataError
from leaderboard.safe_text import shorten

_LARGEST = 1 << 26  # bytes
_KINDS = "biufSU"
_LONGEST_SCALAR = 256  # bytes
_MOST_VALUES = 1_000_000  # and eight for each byte of the pickle: objects that it names repeatedly become several lists


class _NumpyType:
    """Stand-in for numpy.dtype."""

    def __init__(self, code: str, *_: object) -> None:
        if not isinstance(code, str):
            raise TypeError("a type of an array has no name")
        self.code, self.order = code, "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if state[1] not in ("<", ">", "=", "|"):
            raise ValueError("a type of an array has an unknown byte order")
        self.order = state[1]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return the NumPy type; raises ValueError for a type of anything but numbers and text."""
        dtype = np.dtype(self.code)
        if dtype.kind not in _KINDS:
            raise ValueError(f"arrays of {self.code} are not read")
        return dtype.newbyteorder(">" if self.order == ">" else "<")


class _NumpyArray:
    """Stand-in for numpy.ndarray; its values become a list."""

    def __init__(self, *_: object) -> None:
        self._state: tuple[Any, ...] = (1, (0,), _NumpyType("f8"), False, b"")

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, kind, _, content = state
        if not (isinstance(shape, tuple) and all(type(length) is int and length >= 0 for length in shape)):
            raise ValueError("an array has no shape")
        if not isinstance(kind, _NumpyType) or not isinstance(content, list | bytes | str):
            raise TypeError("an array has no type or no values")
        self._state = tuple(state)

    def values(self, budget: _Budget) -> Any:
        """Return the values as nested lists, or as one number."""
        _, shape, kind, by_columns, content = self._state
        if isinstance(content, list):
            return content
        budget.take(len(content) // kind.dtype.itemsize)
        budget.take(sum(accumulate((max(1, length) for length in shape[:-1]), mul)))
        return np.frombuffer(_bytes(content), kind.dtype).reshape(shape, order="F" if by_columns else "C").tolist()


def _bytes(content: object) -> bytes:
    if not isinstance(content, bytes | str):
        raise TypeError("values of an array are no bytes")
    return content.encode("latin-1") if isinstance(content, str) else content


def _scalar(kind: _NumpyType, content: object) -> Any:
    if not isinstance(kind, _NumpyType) or kind.dtype.itemsize > _LONGEST_SCALAR:
        raise ValueError("a number has no type, or too long a one")
    return np.frombuffer(_bytes(content), kind.dtype, 1)[0].item()


def _from_buffer(content: object, kind: _NumpyType, shape: tuple[int, ...], order: str) -> _NumpyArray:
    array = _NumpyArray()
    array.__setstate__((1, shape, kind, order == "F", content))
    return array


def _encode(text: str, encoding: str) -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1", "ascii", "utf-8"):
        raise ValueError("a text, or its encoding, is not read")
    return text.encode(encoding)


def _no_bytes() -> bytes:
    return b""


_NUMPY = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric", "numpy._core.numeric")
_NUMPY_FUNCTIONS: dict[str, Any] = {
    "ndarray": _NumpyArray,
    "dtype": _NumpyType,
    "_reconstruct": _NumpyArray,
    "scalar": _scalar,
    "_frombuffer": _from_buffer,
}


class _NumpyUnpickler(RestrictedUnpickler):
    functions: ClassVar[Mapping[tuple[str, str], Any]] = {
        **{(module, name): function for module in _NUMPY for name, function in _NUMPY_FUNCTIONS.items()},
        ("_codecs", "encode"): _encode,
        ("builtins", "bytes"): _no_bytes,  # the oldest protocols write b"" as bytes()
        ("__builtin__", "bytes"): _no_bytes,
    }


def read_pickle(path: Path) -> Any:
    """Return the lists, dictionaries, texts and numbers of a pickle, arrays as lists; DataError for anything else."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise DataError(f"{path}: is larger than {_LARGEST >> 20} MB; that is no ground truth")
    try:
        value = _NumpyUnpickler(BytesIO(content), encoding="latin-1").load()
        return _to_lists(value, _Budget(_MOST_VALUES + 8 * len(content)))
    except Exception as error:  # noqa: BLE001 (a damaged pickle may raise anything)
        reason = shorten(str(error))
        raise DataError(f"{path}: is no pickle of lists, numbers and arrays alone: {reason}") from None


class _Budget:
    """How many more values may be made of a pickle."""

    def __init__(self, values: int) -> None:
        self._left = values

    def take(self, values: int = 1) -> None:
        """Use some; ValueError if they are used up."""
        self._left -= values
        if self._left < 0:
            raise ValueError("it has far more values than its size lets expect")


def _to_lists(value: Any, budget: _Budget) -> Any:
    budget.take()
    if isinstance(value, _NumpyArray):
        return _to_lists(value.values(budget), budget)
    if isinstance(value, dict):
        return {key: _to_lists(value, budget) for key, value in value.items()}
    if isinstance(value, list | tuple):
        return [_to_lists(item, budget) for item in value]
    return value
