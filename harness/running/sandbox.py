"""Block access of a solution's process to the tables that hold the ground truth.

An audit hook is a guard rail, not a security boundary: the process runs the user's own code.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from harness.errors import SolutionError


def block_file_access(paths: Iterable[Path]) -> None:
    """Make any later open() of these files in this process raise SolutionError. Cannot be undone."""
    blocked = {os.path.realpath(path) for path in paths}
    names = {os.path.basename(path) for path in blocked}

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event not in ("open", "sqlite3.connect") or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if os.path.basename(path) in names and path in blocked:
            raise SolutionError(f"a solution must not open {os.path.basename(path)}: it could hold the answers")

    sys.addaudithook(refuse)
