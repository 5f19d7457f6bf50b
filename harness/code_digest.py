"""Digests of source code: part of a result's key, so that a result is computed again when its code changes."""

import ast
import importlib.util
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.machinery import ModuleSpec, PathFinder
from itertools import takewhile
from pathlib import Path
from types import ModuleType

from harness.digest_cache import DigestCache
from harness.user_cache import user_cache_folder

_NO_IMPORTS = " "  # in the file of stored imports, where a text must not be empty


def class_digest(cls: type) -> str:
    """Return a digest of the module that defines a class and of its imports from its own package, transitively.

    Raises FileNotFoundError if the module has no source file.
    """
    return files_digest(class_files(cls))


def class_files(cls: type) -> list[Path]:
    """Return the files of `class_digest`, sorted."""
    return _module_files(sys.modules[cls.__module__])


def imports_digest(*names: str) -> str:
    """Return a digest of the named modules and of their imports from their own packages, transitively.

    Raises ModuleNotFoundError if a named module does not exist.
    """
    return files_digest(list(imported_files(*names)))


@cache  # a running process keeps the code it imported, even if the file changes
def imported_files(*names: str) -> tuple[Path, ...]:
    """Return the files of the named modules and of their imports from their own packages, transitively, sorted.

    Imports inside functions count, and so does the `__init__.py` of every package above a module. Only the packages
    above the named modules are imported. Raises ModuleNotFoundError if a named module does not exist.

    >>> [file.name for file in imported_files("harness.errors")]
    ['__init__.py', 'errors.py']
    """
    files: dict[Path, None] = {}
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"the code of {name!r} cannot be digested: there is no such module", name=name)
        _follow(Path(spec.origin), name, None, files)
    _stored_imports().save()
    return tuple(sorted({*files, *(package for file in files for package in _packages(file))}))


def files_digest(files: list[Path]) -> str:
    """Return a digest of the contents of the files, in the order given."""
    digest = sha256()
    for file in files:
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _packages(file: Path) -> Iterator[Path]:
    """Yield the `__init__.py` of every package above a file."""
    return takewhile(Path.is_file, (folder / "__init__.py" for folder in file.parents))


def _module_files(module: ModuleType) -> list[Path]:
    file = Path(getattr(module, "__file__", None) or "")
    single = module.__name__.startswith("landmark_plugins.")  # a single file: its neighbours are its own package
    name, folder = (module.__name__.rpartition(".")[2], file.parent) if single else (module.__name__, None)
    if not file.is_file():
        raise FileNotFoundError(f"the code of {module.__name__!r} cannot be digested: it has no source file")
    files: dict[Path, None] = {}
    _follow(file, name, folder, files)
    _stored_imports().save()
    return sorted(files)


def _follow(file: Path, name: str, folder: Path | None, files: dict[Path, None]) -> None:
    """Add the file to `files` and, recursively, the modules that it imports from its own package, or from `folder`."""
    if file in files or not file.is_file():
        return
    files[file] = None
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for imported in _imports(file.read_bytes(), package):
        for path, module in _in_folder(folder, imported) if folder else _in_package(name, imported):
            _follow(path, module, folder, files)


@cache  # by content: most solutions import the same modules, and to parse a module takes longer than to read it
def _imports(source: bytes, package: str) -> frozenset[str]:
    """Return the names of the modules that some code of a package imports, and of what it imports from them."""
    key = f"imports\0{package}\0{sha256(source).hexdigest()}"
    names = _stored_imports().get(key, lambda: " ".join(sorted(_parse_imports(source, package))) or _NO_IMPORTS)
    return frozenset(names.split())


@cache
def _stored_imports() -> DigestCache:
    """Return the file of the user's cache with the imports of each module, by its content."""
    return DigestCache(user_cache_folder() / "imports.json")


def _parse_imports(source: bytes, package: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
    return names


def _absolute(node: ast.ImportFrom, package: str) -> str:
    try:
        return importlib.util.resolve_name("." * node.level + (node.module or ""), package)
    except ImportError:  # too many dots: the import itself will fail
        return node.module or ""


def _in_folder(folder: Path, imported: str) -> Iterator[tuple[Path, str]]:
    """Yield path and name of each file in `folder` that an import may read, the `__init__.py` of packages too."""
    path, name = folder, ""
    for part in imported.split("."):
        path, name = path / part, f"{name}.{part}".lstrip(".")
        yield from ((path.with_name(f"{part}.py"), name), (path / "__init__.py", name))


def _in_package(name: str, imported: str) -> Iterator[tuple[Path, str]]:
    if imported.partition(".")[0] != name.partition(".")[0]:
        return
    spec = _find_spec(imported)
    if spec and spec.origin:
        yield Path(spec.origin), imported


@cache
def _find_spec(name: str) -> ModuleSpec | None:
    """Return the spec of a module, None if there is none; `importlib.util.find_spec` would import what is above it."""
    package, _, module = name.rpartition(".")
    try:
        if not package:
            return importlib.util.find_spec(module)
        above = _find_spec(package)
        folders = above and above.submodule_search_locations
        return PathFinder.find_spec(name, folders) if folders else None
    except (ImportError, ValueError):
        return None
