"""Content-addressed cache for expensive fits (whitening, codebooks, heads), keyed by inputs, code and library versions.

An entry is a folder with a file per array, further files, and `about.json` with the inputs and the digest of each file.
It is written under another name and renamed, so it is complete or absent. One process fits while others wait for its
lock. Damaged entries are fitted again.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from shutil import rmtree
from typing import Any, Protocol

import numpy as np
from filelock import FileLock

from harness.code_digest import class_digest
from harness.data.store.cache_key import library_version, to_json_value
from harness.data.store.file_facts import file_facts
from harness.data.store.own_layer import own_store
from harness.errors import SolutionError
from harness.regular_file import open_regular, read_json
from harness.temporary_files import temporary_sibling

FitOutput = np.ndarray | Callable[[Path], object]  # an array, or a function that writes a file at a path
FitFunction = Callable[..., Mapping[str, FitOutput]]

_ABOUT = "about.json"
_LIBRARIES = ("numba", "numpy", "scipy")
_KINDS = "biufcSU"
_SMALL = 1 << 16  # bytes below which files are read and not mapped
_FILE = re.compile(r"\w{1,60}(\.\w{1,20}){1,2}", re.ASCII)


class FitImages(Protocol):
    """The images of a fit, an `ImageSet`; `store` is the folder of the cache."""

    @property
    def store(self) -> Path: ...


@dataclass(frozen=True)
class Fitted:
    """The result of a fit: `fitted["mean"]` is a read-only array, `fitted.file("head.keras")` the path of a file."""

    folder: Path
    arrays: Mapping[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    def file(self, name: str) -> Path:
        """Return the path of a file, which must not be changed."""
        return self.folder / name


def fitted(fit: FitFunction, images: FitImages, *arguments: object, libraries: tuple[str, ...] = ()) -> Fitted:
    """Return the result of `fit(images, *arguments)`, from the cache or computed now, by one process at a time.

    `fit` is a function of a module whose result depends only on its arguments: numbers, text, arrays, extractors, image
    sets, and tuples or dataclasses of these. It returns arrays by name, and functions that write a file at a path by
    file name: `{"mean": mean, "head.keras": model.save}`. The key consists of the arguments, the images, the code of
    the module and of what it imports from its own package, and the versions of NumPy, SciPy, Numba and `libraries`.

    Raises SolutionError if `fit`, an argument or the result cannot be stored.
    """
    facts = _facts(fit, images, arguments, libraries)
    key = sha256(json.dumps(facts).encode()).hexdigest()[:16]
    name = f"{fit.__name__[:60]}-{key}"
    folder, own = images.store / "fitted" / name, own_store()
    result = _load(folder)
    if result is None and own is not None:
        folder = own / "fitted" / name
        result = _load(folder)
    if result is None:
        with _locked(folder):
            if _load(folder) is None:
                _store(folder, fit.__name__, fit(images, *arguments), facts)
        result = _load(folder)
    if result is None:
        raise SolutionError(f"{folder}: was written but cannot be read back; check the workspace's disk")
    return result


def _locked(folder: Path) -> FileLock:
    folder.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(f"{folder}.lock")


def _facts(
    fit: FitFunction, images: FitImages, arguments: tuple[object, ...], libraries: tuple[str, ...]
) -> dict[str, object]:
    name = getattr(fit, "__qualname__", type(fit).__name__)
    files = file_facts(arguments, [fit.__module__])
    return {
        **({"files": files} if files else {}),
        "fit": name,
        "source": _source(fit, name),
        "arguments": [_fact(value, name) for value in (images, *arguments)],
        "libraries": {library: library_version(library, name) for library in sorted({*_LIBRARIES, *libraries})},
    }


def _fact(value: Any, name: str) -> object:
    fingerprint = getattr(value, "fingerprint", None)
    return ["images", fingerprint] if isinstance(fingerprint, str) else to_json_value(value, name)


@cache  # the imported code counts, even if the file changes later
def _source(fit: FitFunction, name: str) -> str:
    file = getattr(sys.modules.get(fit.__module__), "__file__", None)
    if not inspect.isfunction(fit) or fit.__closure__ or "<" in name or not Path(file or "").is_file():
        raise SolutionError(f"{name} has no unique name; pass a function defined at the top level of a module")
    return class_digest(fit)  # type: ignore[arg-type]  # works for functions too


def _load(folder: Path) -> Fitted | None:
    """Return the entry in the folder, or None if it is missing or damaged."""
    try:
        digests = read_json(folder / _ABOUT)["files"]
        if any(_digest(folder / name) != digest for name, digest in digests.items()):
            return None
        arrays = {name.removesuffix(".npy"): _map(folder / name) for name in digests if name.endswith(".npy")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Fitted(folder, arrays)


def _map(path: Path) -> np.ndarray:
    small = path.stat().st_size < _SMALL  # an empty array cannot be mapped
    array: np.ndarray = np.load(path, mmap_mode=None if small else "r", allow_pickle=False)
    array.flags.writeable = False
    return array.view(np.ndarray)


def _store(folder: Path, name: str, outputs: Mapping[str, FitOutput], facts: Mapping[str, object]) -> None:
    """Write the folder; the caller holds its lock."""
    if not isinstance(outputs, Mapping):
        raise SolutionError(f"{name} returned {type(outputs).__name__}; return a dictionary of arrays")
    with _atomic_folder(folder) as partial:
        files = [_write(partial, name, output_name, output) for output_name, output in outputs.items()]
        digests = {file.name: _digest(file) for file in files}
        (partial / _ABOUT).write_text(json.dumps({**facts, "files": digests}, indent=1), encoding="utf-8")


@contextmanager
def _atomic_folder(folder: Path) -> Iterator[Path]:
    partial = temporary_sibling(folder)
    partial.mkdir()
    try:
        yield partial
        if folder.is_dir() and not folder.is_symlink():
            rmtree(folder, ignore_errors=True)
        else:
            folder.unlink(missing_ok=True)
        partial.rename(folder)
    finally:
        rmtree(partial, ignore_errors=True)


def _write(folder: Path, fit: str, name: str, output: object) -> Path:
    """Write an array or a file, and return its path."""
    is_array = isinstance(output, np.ndarray | np.generic)
    file = f"{name}.npy" if is_array else str(name)
    if (
        not _FILE.fullmatch(file)
        or file == _ABOUT
        or not (np.asarray(output).dtype.kind in _KINDS if is_array else callable(output))
    ):
        raise SolutionError(
            f"{fit} returned {type(output).__name__} named {name!r:.60}; return arrays of numbers or text by names of "
            "letters, digits and '_', and functions that write a file by its name, such as 'head.keras'"
        )
    if callable(output):
        output(folder / file)
    else:
        np.save(folder / file, np.asarray(output), allow_pickle=False)
    return folder / file


def _digest(file: Path) -> str:
    with open_regular(file) as opened:
        return file_digest(opened, "sha256").hexdigest()
