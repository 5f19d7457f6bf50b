"""The log of a run, and the part of a traceback in it that shows the code of the solution."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import harness

_BYTES = 1 << 16  # read from the end of a log
_BEGIN = "Traceback (most recent call last):"
_FRAME = re.compile(r'  File "(.+)", line \d+')
_OWN = Path(harness.__file__).parent.name


def read_log(path: Path | None) -> list[str]:
    """Return the last lines of a log; none without a file."""
    if path is None:
        return []
    with path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _BYTES))
        return file.read(_BYTES).decode("utf-8", "replace").splitlines()


def solution_traceback(log: Sequence[str]) -> list[str]:
    """Return the first traceback of a log from its first frame outside the harness and installed packages.

    The frames before it are those of the harness that calls the solution. Empty if there is no such frame.

    >>> log = [_BEGIN, '  File "/x/harness/a.py", line 1, in f', '    g()', '  File "/me/b.py", line 2, in g', "E: no"]
    >>> solution_traceback([*log, "", "later"])
    ['  File "/me/b.py", line 2, in g', 'E: no']
    """
    if _BEGIN not in log:
        return []
    block = list(log[log.index(_BEGIN) + 1 :])
    ends = [number for number, line in enumerate(block) if not line.startswith(" ") and not line.strip()]
    block = block[: ends[0]] if ends else block
    own = [number for number, line in enumerate(block) if (frame := _FRAME.match(line)) and _is_of_solution(frame[1])]
    return block[own[0] :] if own else []


def _is_of_solution(path: str) -> bool:
    parts = Path(path).parts
    return not {_OWN, "site-packages", "dist-packages"} & set(parts) and not path.startswith("<frozen")
