"""Read pickles without executing code from them: every function that a pickle names must be in a fixed table."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from harness.errors import DataError
from leaderboard.safe_text import shorten

_LARGEST = 1 << 28  # bytes
_KINDS = "biufSU"


class RestrictedUnpickler(pickle._Unpickler):  # noqa: SLF001 (the C unpickler lets a file allocate all memory)
    """Unpickler that calls only the functions in `functions`; a subclass fills the table.

    Its `load` raises UnpicklingError for any other name and for references to objects outside of the pickle.
    """

    functions: ClassVar[Mapping[tuple[str, str], Any]]  # (module, name) in the pickle -> what is called instead

    def find_class(self, module: str, name: str) -> Any:
        """Return the replacement of a named function."""
        if (module, name) not in self.functions:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return self.functions[module, name]

    def persistent_load(self, pid: Any) -> Any:  # noqa: ARG002 (pickle's signature)
        """Refuse a reference; a subclass may resolve it."""
        raise pickle.UnpicklingError("it refers to something outside")


class _NumpyType:
    """Stand-in for numpy.dtype."""

    def __init__(self, code: str, *_: object) -> None:
        self.code, self.order = str(code), "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = str(state[1])

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
        self.values: list[Any] = []

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, kind, by_columns, content = state
        if isinstance(content, list):
            self.values = content
            return
        flat = np.frombuffer(_bytes(content), kind.dtype)
        self.values = flat.reshape(shape, order="F" if by_columns else "C").tolist()


def _bytes(content: object) -> bytes:
    return content.encode("latin-1") if isinstance(content, str) else bytes(content)  # type: ignore[call-overload]


def _scalar(kind: _NumpyType, content: object) -> Any:
    return np.frombuffer(_bytes(content), kind.dtype)[0].item()


def _from_buffer(content: object, kind: _NumpyType, shape: tuple[int, ...], order: str) -> _NumpyArray:
    array = _NumpyArray()
    array.__setstate__((1, shape, kind, order == "F", content))
    return array


def _encode(text: str, encoding: str) -> bytes:
    if encoding not in ("latin1", "latin-1", "ascii", "utf-8"):
        raise ValueError(f"the encoding {encoding} is not read")
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
        return _to_lists(_NumpyUnpickler(BytesIO(content), encoding="latin-1").load())
    except Exception as error:  # noqa: BLE001 (a damaged pickle may raise anything)
        reason = shorten(str(error))
        raise DataError(f"{path}: is no pickle of lists, numbers and arrays alone: {reason}") from None


def _to_lists(value: Any) -> Any:
    if isinstance(value, _NumpyArray):
        return _to_lists(value.values)
    if isinstance(value, dict):
        return {_to_lists(key): _to_lists(value) for key, value in value.items()}
    if isinstance(value, list | tuple):
        return [_to_lists(item) for item in value]
    return value
