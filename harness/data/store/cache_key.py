"""The name under which the store keeps an extractor's rows: another one as soon as the rows could differ."""

from __future__ import annotations

import json
import sys
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from harness.code_digest import class_digest, files_digest
from harness.data.images import decode, exif
from harness.data.store.extractor import Extractor
from harness.errors import SolutionError

_BESIDE = {"abc", "builtins", "typing", Extractor.__module__}  # modules of base classes that describe nothing


def extractor_key(extractor: Extractor) -> str:
    """Return a digest of all that decides what an extractor makes of an image."""
    return sha256(json.dumps(extractor_facts(extractor)).encode()).hexdigest()


def extractor_facts(extractor: Extractor) -> dict[str, object]:
    """Return what the key of an extractor is made from.

    Raises SolutionError where a parameter, its code or a library cannot be told.
    """
    name = type(extractor).__qualname__
    libraries = sorted({*decode.LIBRARIES, *extractor.libraries}, key=str.lower)
    facts: dict[str, object] = {
        "extractor": name,
        "parameters": {field.name: to_json_value(getattr(extractor, field.name), name) for field in fields(extractor)},  # type: ignore[arg-type]
        "decoded": [extractor.mode, extractor.size, extractor.reduce_to, extractor.upright],
        "source": _source(type(extractor)),
        "libraries": {library: library_version(library, name) for library in libraries},
    }
    return facts | ({"made with": dict(extractor.made_with)} if extractor.made_with else {})


@cache  # the code of a class is what was imported, whatever becomes of the file
def _source(cls: type[Extractor]) -> list[str]:
    """Return digests of the code of the class, of its bases, and of the decoder."""
    bases = {base.__module__: base for base in cls.__mro__ if base.__module__ not in _BESIDE}
    for module, base in bases.items():
        if not Path(getattr(sys.modules.get(module), "__file__", None) or "").is_file():
            raise SolutionError(
                f"{base.__qualname__} is not defined in a file; write it into a module, so that its code has a version"
            )
    decoder = files_digest([Path(str(module.__file__)) for module in (decode, exif)])  # OSError if one is missing
    return [*(class_digest(bases[module]) for module in sorted(bases)), decoder]


def to_json_value(value: object, owner: str) -> object:
    """Return a value as JSON can hold it, another one for another value; `owner` is whose it is.

    Raises SolutionError for what has no lasting identity.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Enum | Path | np.generic):
        return [type(value).__name__, repr(value)]
    if isinstance(value, bytes) or (isinstance(value, np.ndarray) and not value.dtype.hasobject):
        array = np.frombuffer(value, np.uint8) if isinstance(value, bytes) else np.ascontiguousarray(value)
        return [array.dtype.str, array.shape, sha256(array.tobytes()).hexdigest()]
    if isinstance(value, tuple | list):
        return [type(value).__name__, *(to_json_value(each, owner) for each in value)]
    if isinstance(value, Extractor):
        return ["extractor", extractor_key(value)]
    if is_dataclass(value) and not isinstance(value, type):
        return [
            type(value).__qualname__,
            *(to_json_value(getattr(value, field.name), owner) for field in fields(value)),
        ]
    raise SolutionError(
        f"{owner} has a parameter of the type {type(value).__name__}, which has no lasting "
        "identity; use numbers, text, arrays, and tuples or dataclasses of these"
    )


def library_version(library: str, owner: str) -> str:
    """Return the version of an installed library; `owner` is who needs it. Raises SolutionError for another."""
    try:
        return version(library)
    except PackageNotFoundError:
        raise SolutionError(f"{owner} needs the library {library!r}, which is not installed") from None
