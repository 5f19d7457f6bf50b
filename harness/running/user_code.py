"""Whether a run executes code of its user, and in which folder that lies."""

import os
import re
from importlib.util import find_spec
from pathlib import Path

from harness.running.named_files import named_files
from harness.solution.registry import find_solution
from harness.solution.spec import split_spec

_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", re.ASCII)


def code_folder(spec: str, register: Path | None) -> Path | None:
    """Return the folder of the code of a plug-in, or of a function that a parameter names; None without such code.

    Nothing is imported. Raises SolutionError if there is no such solution.
    """
    name, arguments = split_spec(spec)
    solution = find_solution(name, register)
    if solution.kind == "file":
        return Path(solution.target).resolve().parent
    if solution.kind == "entry point":
        return _package_folder(solution.target.partition(":")[0].partition(".")[0])
    functions = [value for value in arguments.values() if isinstance(value, str) and _FUNCTION.fullmatch(value)]
    files = [file for value in functions for file in named_files(value)]
    return files[0].resolve().parent if files else None


def _package_folder(name: str) -> Path:
    """Return the folder of an installed package, or else one that is named like it."""
    found = find_spec(name)
    origin = found.origin if found and found.origin else os.path.join(os.sep, name)
    return Path(origin).resolve().parent
