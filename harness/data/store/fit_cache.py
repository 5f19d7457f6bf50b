"""What takes long to fit, kept beside the descriptors under all that it was made from; whoever needs it fits it once.

A fitted thing is a folder with a file for each array, further files, and `about.json`, which tells what it was made
from and the digest of each file. It is laid out under another name and then renamed, so it is whole or not there. One
process fits, the others wait for it; where it is killed, the next one fits. What is damaged is fitted anew.
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
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock

from harness.code_digest import class_digest
from harness.data.store.cache_key import library_version, to_json_value
from harness.errors import SolutionError

if TYPE_CHECKING:
    from harness.data.image_set import ImageSet

FitOutput = np.ndarray | Callable[[Path], object]  # an array, or what writes a file at the path it is given
FitFunction = Callable[..., Mapping[str, FitOutput]]

_ABOUT = "about.json"
_LIBRARIES = ("numba", "numpy", "scipy")
_KINDS = "biufcSU"
_SMALL = 1 << 16  # bytes of a file that is read rather than mapped
_FILE = re.compile(r"\w{1,60}(\.\w{1,20}){1,2}", re.ASCII)


@dataclass(frozen=True)
class Fitted:
    """What was fitted: `fitted["mean"]` is a read-only array, `fitted.file("head.keras")` says where a file lies."""

    folder: Path
    arrays: Mapping[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    def file(self, name: str) -> Path:
        """Return where the file of this name lies; it is not to be changed."""
        return self.folder / name


def fitted(fit: FitFunction, images: ImageSet, *arguments: object, libraries: tuple[str, ...] = ()) -> Fitted:
    """Return what `fit(images, *arguments)` gives, from the store or fitted now.

    `fit` is a function of a module, and all it learns from are its arguments: numbers, text, arrays, extractors, image
    sets, and tuples or dataclasses of these. It returns arrays by name, and functions that write a file at the path
    they are given, by the file's name: `{"mean": mean, "head.keras": model.save}`. What is kept is found again as long
    as the arguments, the images, the code of the module and what it imports from its own package, and the versions of
    NumPy, SciPy, Numba and `libraries` are the same. Two processes that ask at once fit once.

    Raises SolutionError where `fit`, an argument or what comes out cannot be kept.
    """
    facts = _facts(fit, images, arguments, libraries)
    key = sha256(json.dumps(facts).encode()).hexdigest()[:16]
    folder = images.store / "fitted" / f"{fit.__name__[:60]}-{key}"
    found = _kept(folder)
    if found is None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if _kept(folder) is None:
                _keep(folder, fit.__name__, fit(images, *arguments), facts)
        found = _kept(folder)
    if found is None:
        raise SolutionError(f"{folder}: cannot be read again; is the disk of the workspace sound?")
    return found


def _facts(
    fit: FitFunction, images: ImageSet, arguments: tuple[object, ...], libraries: tuple[str, ...]
) -> dict[str, object]:
    name = getattr(fit, "__qualname__", type(fit).__name__)
    return {
        "fit": name,
        "source": _source(fit, name),
        "arguments": [_fact(each, name) for each in (images, *arguments)],
        "libraries": {library: library_version(library, name) for library in sorted({*_LIBRARIES, *libraries})},
    }


def _fact(value: Any, name: str) -> object:
    fingerprint = getattr(value, "fingerprint", None)
    return ["images", fingerprint] if isinstance(fingerprint, str) else to_json_value(value, name)


@cache  # the code of a function is what was imported, whatever becomes of the file
def _source(fit: FitFunction, name: str) -> str:
    file = getattr(sys.modules.get(fit.__module__), "__file__", None)
    if not inspect.isfunction(fit) or fit.__closure__ or "<" in name or not Path(file or "").is_file():
        raise SolutionError(
            f"{name} cannot be told from others that are named so; fit by a function that stands in a module by itself"
        )
    return class_digest(fit)  # type: ignore[arg-type]  # of a function's module just as well


def _kept(folder: Path) -> Fitted | None:
    """Return what is in the folder; None where it is not there, or damaged."""
    try:
        digests = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))["files"]
        if any(_digest(folder / name) != digest for name, digest in digests.items()):
            return None
        arrays = {name.removesuffix(".npy"): _mapped(folder / name) for name in digests if name.endswith(".npy")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Fitted(folder, arrays)


def _mapped(path: Path) -> np.ndarray:
    small = path.stat().st_size < _SMALL  # an empty array cannot be mapped
    array: np.ndarray = np.load(path, mmap_mode=None if small else "r", allow_pickle=False)
    array.flags.writeable = False
    return array.view(np.ndarray)


def _keep(folder: Path, name: str, parts: Mapping[str, FitOutput], facts: Mapping[str, object]) -> None:
    """Lay out the folder; the caller holds its lock."""
    if not isinstance(parts, Mapping):
        raise SolutionError(f"{name} gave {type(parts).__name__}; give a dictionary of arrays")
    with _whole_folder(folder) as partial:
        files = [_written(partial, name, each, part) for each, part in parts.items()]
        digests = {file.name: _digest(file) for file in files}
        (partial / _ABOUT).write_text(json.dumps({**facts, "files": digests}, indent=1), encoding="utf-8")


@contextmanager
def _whole_folder(folder: Path) -> Iterator[Path]:
    partial = folder.with_name(f"{folder.name}.partial")
    rmtree(partial, ignore_errors=True)  # of one that was killed
    partial.mkdir()
    try:
        yield partial
        rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        rmtree(partial, ignore_errors=True)


def _written(folder: Path, fit: str, name: str, part: object) -> Path:
    """Write an array or a file, and return where."""
    array = isinstance(part, np.ndarray | np.generic)
    file = f"{name}.npy" if array else str(name)
    if not _FILE.fullmatch(file) or file == _ABOUT or not (_numbers(part) if array else callable(part)):
        raise SolutionError(
            f"{fit} gave {type(part).__name__} named {name!r:.60}; give arrays of numbers or text by names of letters, "
            "digits and '_', and functions that write a file by its name, such as 'head.keras'"
        )
    if callable(part):
        part(folder / file)
    else:
        np.save(folder / file, np.asarray(part), allow_pickle=False)
    return folder / file


def _numbers(part: object) -> bool:
    return np.asarray(part).dtype.kind in _KINDS


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()
