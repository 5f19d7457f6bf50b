"""Block access of a solution's process to the tables that hold the ground truth.

An audit hook is a guard rail, not a security boundary: the process runs the user's own code.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from harness.errors import SolutionError
from harness.solution.spec import split_spec

_OWN_TABLES = {"train.csv", "index.csv", "test.csv", "files.csv"}  # files.csv names the class folder of each image


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


def tables_to_block(folder: Path, spec: str) -> list[Path]:
    """Return the CSV tables of a competition's folder, except those that a parameter of the spec names.

    A parameter such as `hashes='demo/hashes.csv'` does not unlock the competition's own tables and ground truth.
    """
    values = split_spec(spec)[1].values()
    named = {os.path.realpath(value) for value in values if isinstance(value, str) and os.path.isfile(value)}
    return [path for path in folder.glob("*.csv") if _is_own(path) or os.path.realpath(path) not in named]


def _is_own(path: Path) -> bool:
    names = {path.name.lower(), os.path.basename(os.path.realpath(path)).lower()}
    return bool(names & _OWN_TABLES) or any("solution" in name for name in names)
