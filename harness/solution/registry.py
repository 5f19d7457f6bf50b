"""The registry of solutions: built-in modules, installed entry points, registered files, and any `.py` path."""

import importlib
import importlib.util
import inspect
import json
import os
import pkgutil
import stat
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Literal

from harness.atomic_files import write_atomically
from harness.errors import HarnessError, PluginError, SolutionError, WorkspaceError, error_text
from harness.regular_file import read_json
from harness.sandbox.refused_access import refused_access
from harness.solution.base import Recognition, Retrieval, Solution
from harness.solution.description import BUILT_IN
from harness.solution.spec import configure, split_spec, suggest_name
from leaderboard.safe_text import shorten

PLUGINS = "landmark_plugins"  # the package name under which single files are imported
_BUILT_IN = ("solutions.retrieval", "solutions.recognition")
_GROUP = "landmark.solutions"
_MAX_BYTES = 10_000_000  # of a file of code


@dataclass(frozen=True)
class RegisteredSolution:
    """A solution that has a name. Its class is in a built-in module, in a file, or where an entry point says."""

    name: str
    origin: str  # BUILT_IN, the path of a file, or the name of a distribution
    kind: Literal["module", "file", "entry point"]
    target: str  # the name of the module, the path of the file, or `module:class` of the entry point

    @property
    def is_built_in(self) -> bool:
        """Return whether the solution is one of this project."""
        return self.kind == "module"

    def load(self) -> type[Solution]:
        """Import the class. That of a plug-in is imported only in processes of its own, see `harness.running`."""
        if self.kind == "file":
            return _only_solution(_import(self.target, lambda: _import_file(Path(self.target).resolve())))
        if self.kind == "module":
            return _only_solution(_import(self.target, lambda: importlib.import_module(self.target)))
        loaded = _import(self.target, EntryPoint(self.name, self.target, _GROUP).load)
        return _only_solution(loaded) if inspect.ismodule(loaded) else _require_solution(loaded, self.target)


def available_solutions(register: Path | None = None) -> dict[str, RegisteredSolution]:
    """Return every solution by name without importing any; `register` is the workspace's list of registered files.

    If several have the same name, a registered file wins over an entry point, and an entry point over a built-in one.
    """
    installed = (
        RegisteredSolution(point.name, _distribution(point), "entry point", point.value)
        for point in entry_points(group=_GROUP)
    )
    added = (RegisteredSolution(name, path, "file", path) for name, path in read_register(register).items())
    return {solution.name: solution for solution in (*_built_in(), *installed, *added)}


def load_solution(spec: str, register: Path | None = None) -> Solution:
    """Return the configured solution of a spec such as `hash(kind='dct')` or `my_idea.py(side=8)`; it is imported.

    Raises SolutionError, with the nearest valid name, for an unknown solution or parameter.
    """
    name, arguments = split_spec(spec)
    return configure(load_class(name, register), arguments)


def load_class(name: str, register: Path | None = None) -> type[Solution]:
    """Return the class of the solution with this name, or in this file if it ends in `.py`; it is imported."""
    return find_solution(name, register).load()


def find_solution(name: str, register: Path | None = None) -> RegisteredSolution:
    """Return the solution with this name, or in this file if it ends in `.py`, without importing it.

    Raises SolutionError, with the nearest valid name, if there is none.
    """
    available = available_solutions(register)
    if name.endswith(".py"):
        path = Path(name)
        _require_unused_name(path, available)
        _require_source_file(path)
        return RegisteredSolution(path.stem, str(path), "file", str(path))
    if name not in available:
        advice = f"{suggest_name(name, list(available))} (landmark solutions lists all)"
        raise SolutionError(f"no solution is named {shorten(name)!r}; {advice}")
    return available[name]


def read_register(register: Path | None) -> dict[str, str]:
    """Return the files registered by `landmark solutions add`: name -> path."""
    if register is None or not os.path.lexists(register):
        return {}
    try:
        return {str(name): str(path) for name, path in read_json(register).items()}
    except (OSError, ValueError, AttributeError):
        raise WorkspaceError(f"{register}: is damaged; delete it and add your solutions again") from None


def register_file(path: Path, register: Path) -> RegisteredSolution:
    """Register the solution in a file under the file's name. The caller has made sure that it can be imported."""
    path = path.resolve()
    found = find_solution(str(path), register)
    write_atomically(register, json.dumps(read_register(register) | {path.stem: str(path)}, indent=1))
    return found


def _require_unused_name(path: Path, available: dict[str, RegisteredSolution]) -> None:
    """Raise SolutionError if an installed solution has the file's name: their entries would be mixed up."""
    other = available.get(path.stem)
    if other and not other.origin.endswith(".py"):
        raise SolutionError(f"{path}: another solution is named {path.stem} ({other.origin}); rename the file")


def _built_in() -> list[RegisteredSolution]:
    return [
        RegisteredSolution(name, BUILT_IN, "module", f"{package}.{name}")
        for package in _BUILT_IN
        for name in _module_names(package)
    ]


def _module_names(package: str) -> list[str]:
    """Return the names of a package's modules. Raises ModuleNotFoundError if there is no such package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"the package {package!r} of built-in solutions does not exist", name=package)
    return [module.name for module in pkgutil.iter_modules(spec.submodule_search_locations)]


def _require_source_file(path: Path) -> None:
    """Raise SolutionError unless the path is that of a file whose name can be a solution's."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:  # a ValueError: a NUL in the path
        reason = "file not found" if isinstance(error, FileNotFoundError | ValueError) else error.strerror
        raise SolutionError(f"{shorten(str(path))}: {reason}") from None
    if not stat.S_ISREG(status.st_mode):
        raise SolutionError(f"{shorten(str(path))}: is no regular file; name a file with Python code")
    if status.st_size > _MAX_BYTES:
        raise SolutionError(f"{shorten(str(path))}: has more than {_MAX_BYTES // 10**6} MB, so it is no Python code")
    if not path.stem.isidentifier():
        raise SolutionError(f"{path}: the file's name becomes the solution's name; use only letters, digits and '_'")


def _import_file(path: Path) -> ModuleType:
    _require_source_file(path)
    from cloudpickle import register_pickle_by_value

    name = f"{PLUGINS}.{path.stem}"
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # last: its neighbours can be imported but shadow no other module
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SolutionError(f"{path}: cannot be imported")
    sys.modules.setdefault(PLUGINS, ModuleType(PLUGINS))
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    register_pickle_by_value(module)  # other processes cannot import it by name
    spec.loader.exec_module(module)
    return module


def _import(what: str, load: Callable[[], ModuleType]) -> ModuleType:
    try:
        with redirect_stdout(sys.stderr):  # standard output is the command's
            return load()
    except (HarnessError, KeyboardInterrupt):
        raise
    except BaseException as error:
        line = _last_line(error, what)
        raise PluginError(f"{what}{line} cannot be imported: {refused_access(error) or error_text(error)}") from error


def _last_line(error: BaseException, path: str) -> str:
    """Return `, line 3` for an error raised in or below line 3 of the file, else an empty text."""
    if isinstance(error, SyntaxError) and error.lineno and str(error.filename).endswith(path):
        return f", line {error.lineno}"
    trace, line = error.__traceback__, 0
    while trace:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename.endswith(path) else line
        trace = trace.tb_next
    return f", line {line}" if line else ""


def _only_solution(module: ModuleType) -> type[Solution]:
    own = [
        each
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, Solution) and each.__module__ == module.__name__
    ]
    solutions = [each for each in own if not inspect.isabstract(each)]
    if len(solutions) == 1 and issubclass(solutions[0], Retrieval | Recognition):
        if "__dataclass_params__" not in vars(solutions[0]):
            raise SolutionError(f"{module.__file__}: put @dataclass above {solutions[0].__name__}")
        return solutions[0]
    for each in own:
        missing = ", ".join(sorted(getattr(each, "__abstractmethods__", ())))
        if missing:
            raise SolutionError(f"{module.__file__}: {each.__name__} does not define {missing}")
    raise SolutionError(
        f"{module.__file__}: defines {len(solutions)} solutions; a file must hold exactly one class "
        "that extends Retrieval or Recognition (import them from harness)"
    )


def _require_solution(loaded: object, target: str) -> type[Solution]:
    if not inspect.isclass(loaded) or not issubclass(loaded, Retrieval | Recognition):
        raise SolutionError(f"{target}: is no class that extends Retrieval or Recognition, but {type(loaded).__name__}")
    return loaded


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "installed"
