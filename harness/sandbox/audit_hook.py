"""An audit hook that refuses to open files. It is a guard rail: other programs and system calls pass it by."""

import os
import sys
from collections.abc import Iterable

from harness.errors import SolutionError


def refuse_hidden_files(paths: Iterable[str]) -> None:
    """Make any later open() of these files, and of those in these folders, raise SolutionError. Cannot be undone."""
    hidden = {os.path.realpath(path) for path in paths}
    names = {os.path.basename(path) for path in hidden}

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event not in ("open", "sqlite3.connect") or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if not names.isdisjoint(path.split(os.sep)) and is_hidden(path, hidden):
            raise SolutionError(refusal(path))

    sys.addaudithook(refuse)


def is_hidden(path: str, hidden: Iterable[str]) -> bool:
    """Return whether an absolute path without links is one of the hidden ones, or below one."""
    return any(path == each or path.startswith(each + os.sep) for each in hidden)


def refusal(path: str) -> str:
    """Return the message for a hidden file that a solution opened."""
    return f"a solution must not open {os.path.basename(path)}: it could hold the answers"
