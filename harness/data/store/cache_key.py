"""Cache keys of extractors. A key changes whenever the rows that the extractor returns could change."""

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
from harness.data.store.file_facts import file_facts
from harness.errors import SolutionError

_IGNORED = {"abc", "builtins", "typing", Extractor.__module__}  # base classes there do not affect the rows


def extractor_key(extractor: Extractor) -> str:
    """Return a digest of everything that determines the rows of an extractor."""
    return sha256(json.dumps(extractor_facts(extractor)).encode()).hexdigest()


def extractor_facts(extractor: Extractor) -> dict[str, object]:
    """Return what the key is computed from: parameters, decoding options, source code and library versions.

    Raises SolutionError for a parameter without identity, code outside of a file, and a library that is not installed.
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
    modules = {base.__module__ for base in type(extractor).__mro__ if base.__module__ not in _IGNORED}
    files = file_facts((getattr(extractor, field.name) for field in fields(extractor)), sorted(modules))  # type: ignore[arg-type]
    facts |= {"files": files} if files else {}
    return facts | ({"made with": dict(extractor.made_with)} if extractor.made_with else {})


@cache  # the imported code counts, even if the file changes later
def _source(cls: type[Extractor]) -> list[str]:
    """Return digests of the code of the class, of its bases, and of the decoder."""
    bases = {base.__module__: base for base in cls.__mro__ if base.__module__ not in _IGNORED}
    for module, base in bases.items():
        if not Path(getattr(sys.modules.get(module), "__file__", None) or "").is_file():
            raise SolutionError(
                f"{base.__qualname__} is not defined in a file; write it into a module, so that its code has a version"
            )
    decoder = files_digest([Path(str(module.__file__)) for module in (decode, exif)])  # OSError if one is missing
    return [*(class_digest(bases[module]) for module in sorted(bases)), decoder]


def to_json_value(value: object, owner: str) -> object:
    """Return a JSON value unique to a parameter value of `owner`; SolutionError for a type without lasting identity."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Enum | Path | np.generic):
        return [type(value).__name__, repr(value)]
    if isinstance(value, bytes) or (isinstance(value, np.ndarray) and not value.dtype.hasobject):
        array = np.frombuffer(value, np.uint8) if isinstance(value, bytes) else np.ascontiguousarray(value)
        return [array.dtype.str, array.shape, sha256(array.tobytes()).hexdigest()]
    if isinstance(value, tuple | list):
        return [type(value).__name__, *(to_json_value(item, owner) for item in value)]
    if isinstance(value, Extractor):
        return ["extractor", extractor_key(value)]
    if is_dataclass(value) and not isinstance(value, type):
        values = (getattr(value, field.name) for field in fields(value))
        return [type(value).__qualname__, *(to_json_value(item, owner) for item in values)]
    raise SolutionError(
        f"{owner} has a parameter of the type {type(value).__name__}, which has no lasting "
        "identity; use numbers, text, arrays, and tuples or dataclasses of these"
    )


def library_version(library: str, owner: str) -> str:
    """Return the version of a library that `owner` needs; raises SolutionError if it is not installed."""
    try:
        return _installed_version(library)
    except PackageNotFoundError:
        raise SolutionError(f"{owner} needs the library {library!r}, which is not installed") from None


@cache  # to read the metadata of a distribution takes milliseconds, and every array that is described asks for them
def _installed_version(library: str) -> str:
    return version(library)
