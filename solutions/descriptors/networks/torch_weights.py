"""Read weights in torch's legacy format without torch and without executing code.

Such a file has five pickles (a magic number, the version of the protocol, facts about the machine, the weights by name,
the order of the storages) and then the storages: the number of elements, eight bytes, and the elements. The pickles
name functions to call; only those in `_FUNCTIONS` are allowed.

Source: `torch/serialization.py`, `_legacy_load`.
"""

import pickle
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from harness import HarnessError, RestrictedUnpickler

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_MAX_SIZE = 1 << 32  # bytes of a file


@dataclass(frozen=True)
class _Storage:
    """A reference by key to an array of numbers that follows in the file."""

    key: str
    dtype: np.dtype[Any]
    count: int


@dataclass(frozen=True)
class _Tensor:
    """A view of a storage; offset and strides in elements."""

    storage: _Storage
    offset: int
    shape: Sequence[int]
    strides: Sequence[int]

    def array(self, storages: dict[str, np.ndarray]) -> np.ndarray:
        """Return a copy of the tensor."""
        flat = storages[self.storage.key]
        last = self.offset + sum((side - 1) * step for side, step in zip(self.shape, self.strides, strict=True))
        if min(self.offset, *self.shape, *self.strides, 0) < 0 or max(last + 1, prod(self.shape)) > len(flat):
            raise ValueError("a tensor is larger than its storage")
        strides = [step * flat.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(flat[self.offset :], self.shape, strides, writeable=False).copy()


def _tensor(storage: object, offset: int, shape: Sequence[int], strides: Sequence[int], *_: object) -> _Tensor:
    if not isinstance(storage, _Storage):
        raise pickle.UnpicklingError("a tensor has no storage")
    return _Tensor(storage, offset, shape, strides)


_FUNCTIONS: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch", "FloatStorage"): np.dtype("<f4"),
    ("torch", "LongStorage"): np.dtype("<i8"),
}


class _TorchUnpickler(RestrictedUnpickler):
    functions = _FUNCTIONS

    def persistent_load(self, pid: Any) -> _Storage:
        """Return the storage that a tensor refers to: ('storage', type, key, device, count, view)."""
        kind, dtype, key, _, count, view = pid
        if kind != "storage" or not isinstance(dtype, np.dtype) or view is not None:
            raise pickle.UnpicklingError("it refers to something outside")
        return _Storage(str(key), dtype, int(count))


def read_torch_weights(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays, float32 or int64, by name.

    If the file's name ends in a hyphen and at least eight hexadecimal digits, as torch names its downloads, they must
    be the first digits of the content's sha256. Raises HarnessError if they are not, or if the file contains anything
    but arrays.
    """
    try:
        content = path.read_bytes() if path.stat().st_size <= _MAX_SIZE else b""
    except OSError as error:
        raise HarnessError(f"{path}: cannot be read: {error.strerror}") from None
    expected = re.fullmatch(r".*-([0-9a-f]{8,64})", path.stem)
    if expected and not sha256(content).hexdigest().startswith(expected[1]):
        raise HarnessError(
            f"{path}: is damaged: its content does not begin with the digest in its name; install it anew"
        )
    try:
        return _read_weights(BytesIO(content))
    except Exception as error:  # noqa: BLE001 (a damaged pickle may raise anything)
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise HarnessError(f"{path}: is not a file of weights in torch's legacy format: {reason}") from None


def _read_weights(file: BytesIO) -> dict[str, np.ndarray]:
    if (_TorchUnpickler(file).load(), _TorchUnpickler(file).load()) != (_MAGIC, _PROTOCOL):
        raise ValueError("it has another magic number or version")
    _TorchUnpickler(file).load()
    tensors, order = dict(_TorchUnpickler(file).load()), _TorchUnpickler(file).load()
    if not all(isinstance(name, str) and isinstance(tensor, _Tensor) for name, tensor in tensors.items()):
        raise ValueError("it contains other objects than tensors")
    by_key = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    storages = {key: _read_storage(file, by_key[key]) for key in order}
    return {name: tensor.array(storages) for name, tensor in tensors.items()}


def _read_storage(file: BytesIO, storage: _Storage) -> np.ndarray:
    count = int.from_bytes(file.read(8), "little")
    if count != storage.count:
        raise ValueError("a storage has another length than declared")
    return np.frombuffer(file.read(count * storage.dtype.itemsize), storage.dtype, count)
