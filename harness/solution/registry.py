"""The registry of solutions: built-in modules, installed entry points, registered files, and any `.py` path."""

import importlib
import importlib.util
import inspect
import json
import pkgutil
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from harness.atomic_files import write_atomically
from harness.errors import HarnessError, SolutionError, WorkspaceError
from harness.solution.base import Recognition, Retrieval, Solution
from harness.solution.spec import configure, split_spec, suggest_name
from leaderboard.safe_text import shorten

PLUGINS = "landmark_plugins"  # the package name under which single files are imported
_BUILT_IN = ("solutions.retrieval", "solutions.recognition")
_GROUP = "landmark.solutions"


@dataclass(frozen=True)
class RegisteredSolution:
    """A solution that has a name; `load` imports it."""

    name: str
    origin: str  # "built in", the path of a file, or the name of a distribution
    load: Callable[[], type[Solution]]


def available_solutions(register: Path | None = None) -> dict[str, RegisteredSolution]:
    """Return every solution by name without importing any; `register` is the workspace's list of registered files.

    If several have the same name, a registered file wins over an entry point, and an entry point over a built-in one.
    """
    installed = (
        RegisteredSolution(point.name, _distribution(point), _from_entry_point(point))
        for point in entry_points(group=_GROUP)
    )
    added = (RegisteredSolution(name, path, _from_file(Path(path))) for name, path in read_register(register).items())
    return {solution.name: solution for solution in (*_built_in(), *installed, *added)}


def load_solution(spec: str, register: Path | None = None) -> Solution:
    """Return the configured solution of a spec such as `hash(kind='dct')` or `my_idea.py(side=8)`.

    Raises SolutionError, with the nearest valid name, for an unknown solution or parameter.
    """
    name, arguments = split_spec(spec)
    return configure(load_class(name, register), arguments)


def load_class(name: str, register: Path | None = None) -> type[Solution]:
    """Return the class of the solution with this name, or in this file if it ends in `.py`."""
    available = available_solutions(register)
    if name.endswith(".py"):
        _require_unused_name(Path(name), available)
        return _from_file(Path(name))()
    if name not in available:
        advice = f"{suggest_name(name, list(available))} (landmark solutions lists all)"
        raise SolutionError(f"no solution is named {shorten(name)!r}; {advice}")
    return available[name].load()


def read_register(register: Path | None) -> dict[str, str]:
    """Return the files registered by `landmark solutions add`: name -> path."""
    if register is None or not register.exists():
        return {}
    try:
        paths = json.loads(register.read_text(encoding="utf-8"))
        return {str(name): str(path) for name, path in paths.items()}
    except (OSError, ValueError, AttributeError):
        raise WorkspaceError(f"{register}: is damaged; delete it and add your solutions again") from None


def register_file(path: Path, register: Path) -> RegisteredSolution:
    """Import the solution in a file and register it under the file's name."""
    path = path.resolve()
    _require_unused_name(path, available_solutions(register))
    _from_file(path)()
    write_atomically(register, json.dumps(read_register(register) | {path.stem: str(path)}, indent=1))
    return RegisteredSolution(path.stem, str(path), _from_file(path))


def _require_unused_name(path: Path, available: dict[str, RegisteredSolution]) -> None:
    """Raise SolutionError if an installed solution has the file's name: their entries would be mixed up."""
    other = available.get(path.stem)
    if other and not other.origin.endswith(".py"):
        raise SolutionError(f"{path}: another solution is named {path.stem} ({other.origin}); rename the file")


def _built_in() -> list[RegisteredSolution]:
    return [
        RegisteredSolution(name, "built in", _from_module(f"{package}.{name}"))
        for package in _BUILT_IN
        for name in _module_names(package)
    ]


def _module_names(package: str) -> list[str]:
    """Return the names of a package's modules. Raises ModuleNotFoundError if there is no such package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"the package {package!r} of built-in solutions does not exist", name=package)
    return [module.name for module in pkgutil.iter_modules(spec.submodule_search_locations)]


def _from_module(name: str) -> Callable[[], type[Solution]]:
    return lambda: _only_solution(_import(name, lambda: importlib.import_module(name)))


def _from_entry_point(point: EntryPoint) -> Callable[[], type[Solution]]:
    def load() -> type[Solution]:
        loaded = _import(point.value, point.load)
        return _only_solution(loaded) if inspect.ismodule(loaded) else loaded

    return load


def _from_file(path: Path) -> Callable[[], type[Solution]]:
    return lambda: _only_solution(_import(str(path), lambda: _import_file(path.resolve())))


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise SolutionError(f"{path}: file not found")
    if not path.stem.isidentifier():
        raise SolutionError(f"{path}: the file's name becomes the solution's name; use only letters, digits and '_'")
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
        raise SolutionError(f"{what}{line} cannot be imported: {type(error).__name__}: {error}") from error


def _last_line(error: BaseException, path: str) -> str:
    """Return `, line 3` for an error raised in or below line 3 of the file, else an empty text."""
    if isinstance(error, SyntaxError) and error.lineno:
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


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "installed"
