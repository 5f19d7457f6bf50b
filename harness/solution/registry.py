"""Names to solutions: built-in modules, installed entry points, registered files, and any `.py` path."""

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

from harness.atomic_files import write_whole
from harness.errors import HarnessError, SolutionError, WorkspaceError
from harness.solution.base import Recognition, Retrieval, Solution
from harness.solution.spec import configured, nearest, split_spec

PLUGINS = "landmark_plugins"  # the package name under which lone files are imported
_BUILT_IN = ("solutions.retrieval", "solutions.recognition")
_GROUP = "landmark.solutions"


@dataclass(frozen=True)
class Known:
    """A solution that can be asked for by name; `load` imports it."""

    name: str
    origin: str  # "built in", the path of a file, or the name of a distribution
    load: Callable[[], type[Solution]]


def known_solutions(register: Path | None = None) -> dict[str, Known]:
    """Return every solution by name, none imported yet; `register` is the workspace's list of added files.

    Of several with one name a registered file counts before an entry point, and that before a built-in one.
    """
    installed = (
        Known(point.name, _distribution(point), _from_entry_point(point)) for point in entry_points(group=_GROUP)
    )
    added = (Known(name, path, _from_file(Path(path))) for name, path in registered(register).items())
    return {known.name: known for known in (*_built_in(), *installed, *added)}


def load_solution(spec: str, register: Path | None = None) -> Solution:
    """Return the solution that a text such as `hash(kind='dct')` or `my_idea.py(side=8)` names, its parameters set.

    Raises SolutionError that suggests the nearest name, for a solution and for a parameter.
    """
    name, arguments = split_spec(spec)
    return configured(load_class(name, register), arguments)


def load_class(name: str, register: Path | None = None) -> type[Solution]:
    """Return the class of the solution with a name or at a path that ends in `.py`."""
    known = known_solutions(register)
    if name.endswith(".py"):
        _require_own_name(Path(name), known)
        return _from_file(Path(name))()
    if name not in known:
        raise SolutionError(
            f"no solution is named {name!r}; {nearest(name, list(known))} (landmark solutions lists all)"
        )
    return known[name].load()


def registered(register: Path | None) -> dict[str, str]:
    """Return the files added by `landmark solutions add`: name -> path."""
    if register is None or not register.exists():
        return {}
    try:
        found = json.loads(register.read_text(encoding="utf-8"))
        return {str(name): str(path) for name, path in found.items()}
    except (OSError, ValueError, AttributeError):
        raise WorkspaceError(f"{register}: is damaged; move it away and add your solutions again") from None


def add_file(path: Path, register: Path) -> Known:
    """Register the solution in a file, after importing it; from then on it is known by the file's name."""
    path = path.resolve()
    _require_own_name(path, known_solutions(register))
    _from_file(path)()
    write_whole(register, json.dumps(registered(register) | {path.stem: str(path)}, indent=1))
    return Known(path.stem, str(path), _from_file(path))


def _require_own_name(path: Path, known: dict[str, Known]) -> None:
    """Refuse a file with the name of a solution that came with a package: a leaderboard could not tell them apart."""
    other = known.get(path.stem)
    if other and not other.origin.endswith(".py"):
        raise SolutionError(f"{path}: there is a solution named {path.stem} already ({other.origin}); rename the file")


def _built_in() -> list[Known]:
    specs = {package: importlib.util.find_spec(package) for package in _BUILT_IN}
    return [
        Known(module.name, "built in", _from_module(f"{package}.{module.name}"))
        for package, spec in specs.items()
        for module in pkgutil.iter_modules(spec.submodule_search_locations if spec else [])
    ]


def _from_module(name: str) -> Callable[[], type[Solution]]:
    return lambda: _only_solution(_imported(name, lambda: importlib.import_module(name)))


def _from_entry_point(point: EntryPoint) -> Callable[[], type[Solution]]:
    def load() -> type[Solution]:
        loaded = _imported(point.value, point.load)
        return _only_solution(loaded) if inspect.ismodule(loaded) else loaded

    return load


def _from_file(path: Path) -> Callable[[], type[Solution]]:
    return lambda: _only_solution(_imported(str(path), lambda: _module_at(path.resolve())))


def _module_at(path: Path) -> ModuleType:
    if not path.is_file():
        raise SolutionError(f"{path}: there is no such file")
    if not path.stem.isidentifier():
        raise SolutionError(f"{path}: the name of the file is the solution's name; use letters, digits and '_'")
    from cloudpickle import register_pickle_by_value

    name = f"{PLUGINS}.{path.stem}"
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # last, so that what lies beside the file can be imported but hides nothing
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SolutionError(f"{path}: cannot be imported")
    sys.modules.setdefault(PLUGINS, ModuleType(PLUGINS))
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    register_pickle_by_value(module)  # no other process could import it
    spec.loader.exec_module(module)
    return module


def _imported(what: str, load: Callable[[], ModuleType]) -> ModuleType:
    try:
        with redirect_stdout(sys.stderr):  # standard output is the command's
            return load()
    except (HarnessError, KeyboardInterrupt):
        raise
    except BaseException as error:
        place = _last_line(error, what)
        raise SolutionError(f"{what}{place} cannot be imported: {type(error).__name__}: {error}") from error


def _last_line(error: BaseException, path: str) -> str:
    """Return `, line 3` where the error passed through the file."""
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
