"""Digests of source code, so that a result never outlives the code that made it."""

import ast
import importlib.util
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from types import ModuleType


def class_digest(cls: type) -> str:
    """Return a digest of the module that defines a class and of what it imports from its own package, transitively."""
    return _digest(sys.modules[cls.__module__])


def imports_digest(*names: str) -> str:
    """Return a digest of the named modules and of all that they import from their own packages, transitively."""
    return files_digest(list(imported_files(*names)))


@cache  # the code of a module is what was imported, whatever becomes of the file
def imported_files(*names: str) -> tuple[Path, ...]:
    """Return the files of the named modules and of all that they import from their own packages, transitively, sorted.

    An import counts wherever it stands, in a function too, and with a module the packages that it lies in. Nothing is
    imported to find that out but the packages that hold the named modules.

    >>> [file.name for file in imported_files("harness.errors")]
    ['__init__.py', 'errors.py']
    """
    files: dict[Path, None] = {}
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec and spec.origin:
            _follow(Path(spec.origin), name, None, files)
    return tuple(sorted({*files, *(package for file in files for package in _packages(file))}))


def files_digest(files: list[Path]) -> str:
    """Return a digest of the contents of the files, in the order given."""
    digest = sha256()
    for file in files:
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _packages(file: Path) -> Iterator[Path]:
    """Yield the `__init__.py` of each package that a file lies in."""
    return takewhile(Path.is_file, (folder / "__init__.py" for folder in file.parents))


def _digest(module: ModuleType) -> str:
    file = Path(module.__file__ or "")
    lone = module.__name__.startswith("landmark_plugins.")  # what lies beside a lone file is its own
    files: dict[Path, None] = {}
    _follow(file, module.__name__.rpartition(".")[2] if lone else module.__name__, file.parent if lone else None, files)
    return files_digest(sorted(files))


def _follow(file: Path, name: str, beside: Path | None, files: dict[Path, None]) -> None:
    """Collect the file and, recursively, the modules that it imports from its own package, or from the folder."""
    if file in files or not file.is_file():
        return
    files[file] = None
    for imported in _imports(file, name):
        for found, module in _in_folder(beside, imported) if beside else _in_package(name, imported):
            _follow(found, module, beside, files)


def _imports(file: Path, name: str) -> set[str]:
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
    return names


def _absolute(node: ast.ImportFrom, package: str) -> str:
    try:
        return importlib.util.resolve_name("." * node.level + (node.module or ""), package)
    except ImportError:  # too many dots: that import fails, and the line that says so is not ours
        return node.module or ""


def _in_folder(folder: Path, imported: str) -> Iterator[tuple[Path, str]]:
    """Yield file and name of each module beside a lone file that an import reads, `__init__.py` of packages too."""
    path, name = folder, ""
    for part in imported.split("."):
        path, name = path / part, f"{name}.{part}".lstrip(".")
        yield from ((path.with_name(f"{part}.py"), name), (path / "__init__.py", name))


def _in_package(name: str, imported: str) -> Iterator[tuple[Path, str]]:
    if imported.partition(".")[0] != name.partition(".")[0]:
        return
    try:
        spec = importlib.util.find_spec(imported)
    except (ImportError, ValueError):
        return
    if spec and spec.origin:
        yield Path(spec.origin), imported
