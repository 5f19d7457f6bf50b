"""Keep a solution's process from opening the tables that hold answers, by accident or on purpose.

This is a guard rail, not a sandbox: what runs here is the user's own code.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from harness.errors import SolutionError


def block_file_access(paths: Iterable[Path]) -> None:
    """Let every later attempt of this process to open one of the files raise SolutionError; it cannot be undone."""
    forbidden = {os.path.realpath(path) for path in paths}
    names = {os.path.basename(path) for path in forbidden}

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event not in ("open", "sqlite3.connect") or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if os.path.basename(path) in names and path in forbidden:
            raise SolutionError(f"a solution must not open {os.path.basename(path)}: it could hold the answers")

    sys.addaudithook(refuse)
