"""Digests of source code, so that a result never outlives the code that made it."""

import ast
import importlib.util
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType


def class_digest(cls: type) -> str:
    """Return a digest of the module that defines a class and of what it imports from its own package, transitively."""
    return _digest(sys.modules[cls.__module__])


def package_digest(*names: str) -> str:
    """Return a digest of every Python file of the named packages."""
    return files_digest(sorted(file for name in names for file in _package_files(name)))


def files_digest(files: list[Path]) -> str:
    """Return a digest of the contents of the files, in the order given."""
    digest = sha256()
    for file in files:
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


@cache
def _package_files(name: str) -> tuple[Path, ...]:
    spec = importlib.util.find_spec(name)
    folders = spec.submodule_search_locations if spec else None
    return tuple(file for folder in folders or () for file in Path(folder).rglob("*.py"))


def _digest(module: ModuleType) -> str:
    files: dict[Path, None] = {}
    _follow(Path(module.__file__ or ""), module.__name__, files)
    return files_digest(sorted(files))


def _follow(file: Path, name: str, files: dict[Path, None]) -> None:
    """Collect the file and, recursively, the modules of the same package (or folder) that it imports."""
    if file in files or not file.is_file():
        return
    files[file] = None
    for imported in _imports(file, name):
        found = _own_file(file, name, imported)
        if found:
            _follow(found, imported, files)


def _imports(file: Path, name: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (
                importlib.util.resolve_name("." * node.level + (node.module or ""), name.rpartition(".")[0])
                if (node.level)
                else (node.module or "")
            )
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
    return names


def _own_file(file: Path, name: str, imported: str) -> Path | None:
    if name.startswith("landmark_plugins."):  # a lone file: what lies beside it is its own
        beside = file.parent / f"{imported.partition('.')[0]}.py"
        return beside if beside.is_file() else None
    if imported.partition(".")[0] != name.partition(".")[0]:
        return None
    try:
        spec = importlib.util.find_spec(imported)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin else None
