"""Serialisation of values and ids for the database: JSON for small values, compressed bytes for arrays, no pickle."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray


def to_json(value: object, *, sort_keys: bool = False) -> str:
    """Serialise a value as ASCII JSON; dataclasses and mappings become objects, NumPy scalars numbers."""
    return (_SORTED if sort_keys else _AS_THEY_ARE).encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return vars(value) if is_dataclass(value) else value.item()


_AS_THEY_ARE = json.JSONEncoder(default=_plain, allow_nan=False)  # made once: thousands of entries are serialised
_SORTED = json.JSONEncoder(default=_plain, allow_nan=False, sort_keys=True)


def pack_values(values: NDArray[Any]) -> bytes:
    """Serialise one number for each query as compressed bytes in NumPy's format."""
    file = BytesIO()
    np.save(file, np.asarray(values, dtype=np.float64), allow_pickle=False)
    return zlib.compress(file.getbuffer(), level=1)


def unpack_values(packed: bytes) -> NDArray[np.float64]:
    """Restore the values of `pack_values` as float64; ValueError or zlib.error for damaged bytes."""
    return np.asarray(np.load(BytesIO(zlib.decompress(packed)), allow_pickle=False), dtype=np.float64)


def pack_ids(ids: Sequence[str]) -> bytes:
    """Serialise ids as compressed JSON, which holds any text."""
    return zlib.compress(json.dumps(list(ids)).encode("ascii"), level=1)


def unpack_ids(packed: bytes) -> list[str]:
    """Restore the ids of `pack_ids`; ValueError or zlib.error for damaged bytes."""
    ids: list[str] = json.loads(zlib.decompress(packed))
    return ids
