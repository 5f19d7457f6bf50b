"""Read the pickles in which benchmarks keep their truth, and execute nothing on the way.

A pickle names functions to call. Here every name is looked up in a table of our own: arrays are rebuilt by the classes
below, and any other name is refused.
"""

from __future__ import annotations

import pickle
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import DataError

_LARGEST = 1 << 28  # bytes
_KINDS = "biufSU"


class _Type:
    """A type of numbers: what a pickle calls numpy.dtype."""

    def __init__(self, code: str, *_: object) -> None:
        self.code, self.order = str(code), "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = str(state[1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return numpy's own type; ValueError for one that holds more than numbers and text."""
        found = np.dtype(self.code)
        if found.kind not in _KINDS:
            raise ValueError(f"arrays of {self.code} are not read")
        return found.newbyteorder(">" if self.order == ">" else "<")


class _Array:
    """What a pickle calls numpy.ndarray: it becomes a list."""

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


def _scalar(kind: _Type, content: object) -> Any:
    return np.frombuffer(_bytes(content), kind.dtype)[0].item()


def _from_buffer(content: object, kind: _Type, shape: tuple[int, ...], order: str) -> _Array:
    array = _Array()
    array.__setstate__((1, shape, kind, order == "F", content))
    return array


def _encoded(text: str, encoding: str) -> bytes:
    if encoding not in ("latin1", "latin-1", "ascii", "utf-8"):
        raise ValueError(f"the encoding {encoding} is not read")
    return text.encode(encoding)


def _no_bytes() -> bytes:
    return b""


_NAMES: dict[str, Any] = {
    "ndarray": _Array,
    "dtype": _Type,
    "_reconstruct": _Array,
    "scalar": _scalar,
    "_frombuffer": _from_buffer,
}
_HOMES = {"numpy", "numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric", "numpy._core.numeric"}


class _Reader(pickle._Unpickler):  # noqa: SLF001 (the other one lets a file claim all memory)
    def find_class(self, module: str, name: str) -> Any:
        """Return our own stand-in; refuse every other name."""
        if module in _HOMES and name in _NAMES:
            return _NAMES[name]
        if (module, name) == ("_codecs", "encode"):
            return _encoded
        if (module, name) in (("builtins", "bytes"), ("__builtin__", "bytes")):
            return _no_bytes  # how the oldest pickles write b""
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, pid: object) -> Any:  # noqa: ARG002 (pickle's signature)
        raise pickle.UnpicklingError("it refers to something outside")


def read_pickle(path: Path) -> Any:
    """Return the lists, dictionaries, texts and numbers in a pickle; arrays become lists.

    Raises DataError for a pickle that holds anything else, and for what is none.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise DataError(f"{path}: is larger than {_LARGEST >> 20} MB; that is no ground truth")
    try:
        return _plain(_Reader(BytesIO(content), encoding="latin-1").load())
    except Exception as error:  # noqa: BLE001 (a damaged pickle may raise anything)
        raise DataError(f"{path}: is no pickle of lists, numbers and arrays alone: {error}") from None


def _plain(found: Any) -> Any:
    if isinstance(found, _Array):
        return _plain(found.values)
    if isinstance(found, dict):
        return {_plain(key): _plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [_plain(each) for each in found]
    return found
