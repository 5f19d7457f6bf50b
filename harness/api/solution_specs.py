"""From a solution in Python, a class or an instance, to the spec by which the process of a run finds it."""

import sys
from dataclasses import is_dataclass
from pathlib import Path

from harness.errors import SolutionError
from harness.solution.base import Solution, identity, solution_name
from harness.solution.registry import RegisteredSolution, available_solutions
from harness.solution.spec import configure

SolutionLike = str | Solution | type[Solution]


def spec_of(solution: SolutionLike, register: Path) -> str:
    """Return the spec of a solution: a spec itself, or a class or an instance that a module defines.

    Raises SolutionError for other objects, and for a class of a notebook cell or of the prompt, which no other process
    can import.
    """
    if isinstance(solution, str):
        return solution
    if not isinstance(solution, Solution) and not (isinstance(solution, type) and issubclass(solution, Solution)):
        hint = "; unpack a list: run(*names)" if isinstance(solution, list | tuple) else ""
        raise SolutionError(
            f"{solution!r:.80} is no solution, but {type(solution).__name__}: name one, as in 'hash'{hint}"
        )
    cls = solution if isinstance(solution, type) else type(solution)
    file = source_file(cls)
    if not is_dataclass(cls):
        raise SolutionError(f"{file}: put @dataclass above {cls.__name__}")
    instance = configure(solution, {}) if isinstance(solution, type) else solution
    name, written = solution_name(cls), identity(instance)
    other = available_solutions(register).get(name)
    if other and _is_class_of(cls, other):
        return written
    return f"{file}{written.removeprefix(name)}"


def _is_class_of(cls: type, solution: RegisteredSolution) -> bool:
    """Return whether a class, which is imported here, is that of a module or an entry point."""
    module, _, attribute = solution.target.partition(":")
    if solution.kind == "file" or not attribute:
        return solution.kind != "file" and cls.__module__ == module
    return getattr(sys.modules.get(module), attribute, None) is cls


def run_spec(solution: SolutionLike | Path, register: Path) -> str:
    """Return the spec of a solution to run, or the path of a TOML file of variants."""
    return str(solution) if isinstance(solution, Path) else spec_of(solution, register)


def source_file(cls: type) -> Path:
    """Return the file that defines a class; SolutionError if it is a notebook cell, the prompt or a running script."""
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    if cls.__module__ == "__main__" or file is None:
        name = f"{cls.__name__.lower()}.py"
        raise SolutionError(
            f"{cls.__name__} is defined in a notebook cell or a running script, which other processes cannot import: "
            f"put it into a file of its own (in a notebook, begin the cell with %%writefile {name}) and name the file, "
            f"as in {name!r}"
        )
    return Path(file)
