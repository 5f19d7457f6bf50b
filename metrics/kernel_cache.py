"""Compiled kernels on disk, in place of numba's own cache.

A file is named by a digest of all that determines it: the source files that the kernel reaches, the constants that it
takes from other modules, the types of its arguments, the processor, and the versions of Python, numba and LLVM. So
processes with different code, processors or versions share a folder. A file begins with a digest of the rest: a
damaged one is compiled again. Files that cannot be read or written cost time but raise nothing.
"""

import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from types import CodeType, FunctionType, ModuleType
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from metrics.kernel_folders import kernel_folders

_DIGEST = 32  # bytes of SHA-256 before the content
_KEPT = 4  # files of a kernel and types of arguments that stay: those of other versions and processors are older
_LARGEST = 1 << 28  # bytes of a file that is read


class KernelCache:
    """The cache of one kernel, with the methods that numba's dispatcher calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @property
    def cache_path(self) -> str | None:
        """Return the folder that new kernels are written to."""
        folder = kernel_folders()[1]
        return None if folder is None else str(folder)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Return the compiled kernel for the types of a signature, None if no intact file has it."""
        context.refresh()
        name = self._file_name(signature, context)
        for folder in kernel_folders()[0]:
            content = _read(folder / name)
            if content is not None:
                with suppress(Exception):  # of another build of the same versions
                    return _rebuild(context, pickle.loads(content))  # noqa: S301 (safe folders only)
        return None

    def save_overload(self, _: Any, compiled: Any) -> None:
        """Write a compiled kernel, unless it cannot be stored or no folder can be written."""
        folder = kernel_folders()[1]
        if (
            folder is None
            or compiled.library.has_dynamic_globals
            or any(not each.can_cache for each in compiled.lifted)
        ):
            return
        with suppress(OSError):
            name = self._file_name(compiled.signature, compiled.target_context)
            _write(folder / name, _serialise(compiled))
            _remove_older(folder, name)

    def enable(self) -> None:
        """Do nothing: the cache is always on."""

    def disable(self) -> None:
        """Do nothing: the cache is always on."""

    def flush(self) -> None:
        """Do nothing: changed code has another name."""

    def _file_name(self, signature: Any, context: Any) -> str:
        arguments = getattr(signature, "args", signature)
        types = sha256(repr([str(each) for each in arguments]).encode()).hexdigest()[:12]
        machine = repr((_VERSIONS, context.codegen().magic_tuple()))
        made_from = sha256(f"{machine}\n{code_digest(self._function)}".encode()).hexdigest()[:20]
        return f"{self._function.__qualname__[:60].replace('<', '').replace('>', '')}-{types}-{made_from}.kernel"


def _can_be_stored(compiled: Any) -> bool:
    return not compiled.library.has_dynamic_globals and all(each.can_cache for each in compiled.lifted)


def _serialise(compiled: Any) -> bytes:
    content: bytes = dumps(compiled._reduce())  # type: ignore[no-untyped-call]  # noqa: SLF001 (as numba's cache does)
    return content


def _rebuild(context: Any, parts: tuple[Any, ...]) -> Any:
    return CompileResult._rebuild(context, *parts)  # type: ignore[no-untyped-call]  # noqa: SLF001 (as numba's cache does)


_VERSIONS = (sys.version, numba.__version__, llvmlite.__version__, np.__version__)


@cache
def code_digest(function: Callable[..., Any]) -> str:
    """Return a digest of the source files that a kernel reaches, and of the constants in them that it names."""
    functions, constants = _reached(function)
    files = sorted({each.__code__.co_filename for each in functions})
    parts = [function.__module__, function.__qualname__, *map(_file_digest, files), *sorted(constants)]
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _reached(function: Callable[..., Any]) -> tuple[list[FunctionType], set[str]]:
    """Return all functions that a function names, directly or not, and the other values by name."""
    reached: dict[FunctionType, None] = {}
    constants: set[str] = set()
    waiting: list[Any] = [function]
    while waiting:
        python = _python_function(waiting.pop())
        if python is None or python in reached or _is_library(python):
            continue
        reached[python] = None
        for name, value in _named_values(python):
            if _python_function(value) is not None:
                waiting.append(value)
            elif isinstance(value, str | bytes | int | float | complex | tuple | np.ndarray | np.generic):
                constants.add(f"{name}={value.tobytes().hex() if isinstance(value, np.ndarray) else repr(value)}")
    return list(reached), constants


def _python_function(value: Any) -> FunctionType | None:
    """Return the Python function in a dispatcher, an intrinsic or itself; None for any other value."""
    for attribute in ("py_func", "_defn"):
        value = getattr(value, attribute, value)
    return value if isinstance(value, FunctionType) else None


def _is_library(function: FunctionType) -> bool:
    return "site-packages" in Path(function.__code__.co_filename).parts or function.__module__.startswith("numba.")


def _named_values(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield the globals, the attributes of modules and the values of the closure that a function names."""
    names = set(_names(function.__code__))
    for name in names & function.__globals__.keys():
        value = function.__globals__[name]
        yield name, value
        if isinstance(value, ModuleType) and "site-packages" not in str(getattr(value, "__file__", "site-packages")):
            yield from ((each, vars(value)[each]) for each in names & vars(value).keys())
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # an empty cell
            yield "", cell.cell_contents


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


@cache
def _file_digest(path: str) -> str:
    try:
        return sha256(Path(path).read_bytes()).hexdigest()
    except OSError:  # a function of an interactive session; its code counts by its name only in this process
        return f"{path}-{os.getpid()}-{token_hex(8)}"


def _read(path: Path) -> bytes | None:
    """Return the content of an intact file, None for any other."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            stored = file.read(_LARGEST)
    except OSError:
        return None
    digest, content = stored[:_DIGEST], stored[_DIGEST:]
    return content if sha256(content).digest() == digest else None


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        temporary.write_bytes(sha256(content).digest() + content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_older(folder: Path, name: str) -> None:
    """Remove all but the newest files of a kernel and its types."""
    same = sorted(folder.glob(f"{name.rsplit('-', 1)[0]}-*.kernel"), key=lambda path: path.stat().st_mtime)
    for path in same[:-_KEPT]:
        path.unlink(missing_ok=True)
