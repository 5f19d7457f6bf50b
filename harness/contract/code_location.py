"""The line of the user's code that an error comes from, or in which a process hangs."""

from __future__ import annotations

import inspect
import re
import sys
import traceback
from pathlib import Path

import harness
from harness.solution.base import Retrieval, Solution

_LIBRARY = {"site-packages", f"python{sys.version_info.major}.{sys.version_info.minor}"}  # path parts of installed code
_HARNESS = Path(harness.__file__).parent
_FRAME = re.compile(r'  File "(.*)", line (\d+) in (.*)')  # of faulthandler


def location_of_error(error: BaseException, solution: Solution) -> str:
    """Return file and line of the innermost frame in the solution's file, or else in other code of the user.

    Without such a frame the text is empty.
    """
    frames = [*reversed(traceback.extract_tb(error.__traceback__))]
    file = getattr(sys.modules.get(type(solution).__module__), "__file__", None)
    own = [frame for frame in frames if frame.filename == file]
    other = [frame for frame in frames if _is_of_user(frame.filename)]
    return next((_location(frame.filename, frame.lineno) for frame in own + other), "")


def location_in_dump(dump: str) -> str:
    """Return file, line and function of the innermost frame of the user's code in a dump of `faulthandler`."""
    frames = (match for line in dump.splitlines() if (match := _FRAME.fullmatch(line)))
    return next((f"{_location(each[1], int(each[2]))} ({each[3]})" for each in frames if _is_of_user(each[1])), "")


def location_of_answering(solution: Solution) -> str:
    """Return file and line of the method that answers; an empty text if its source cannot be read."""
    method = getattr(solution, "rank" if isinstance(solution, Retrieval) else "recognise")
    code = getattr(inspect.unwrap(method), "__code__", None)
    return f"{_location(code.co_filename, code.co_firstlineno)} ({code.co_name})" if code else ""


def _location(filename: str, line: int | None) -> str:
    return f"{Path(filename).name}, line {line}"


def _is_of_user(filename: str) -> bool:
    path = Path(filename)
    return not (filename.startswith("<") or _LIBRARY & set(path.parts) or path.is_relative_to(_HARNESS))
