"""What a command publishes of its runs while it runs them: one JSON file in the folder `live` of the workspace."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from harness.regular_file import read_json
from harness.running.shell_text import join_words

FOLDER = "live"  # of the workspace
MAX_BYTES = 1 << 20  # of a file
MAX_WAITING = 50  # names of waiting runs that are published

_Line = Annotated[str, Field(max_length=2000)]
_Count = Annotated[int, Field(ge=0, le=10**12)]
_Figure = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


@dataclass(frozen=True)
class LiveRun:
    """A run in progress: its stage with the items done, the share of all its work in [0, 1], times and memory.

    `started` is in seconds since the epoch; `total` and `seconds_left` are None while they are unknown.
    """

    id: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    name: _Line  # identity, seed and fold
    task: _Line
    split: _Line
    stage: _Line
    done: _Count
    total: _Count | None
    share: Annotated[float, Field(ge=0, le=1)]
    started: _Figure
    seconds_left: _Figure | None
    memory_mb: _Figure
    peak_mb: _Figure


@dataclass(frozen=True)
class LiveCommand:
    """A command with its runs in progress, the names of the first that wait, and the numbers of done and of all.

    `competition` is the key. `process` is that of the command; the name of the file identifies it for good.
    """

    words: Annotated[tuple[_Line, ...], Field(max_length=200)]
    competition: _Line
    competition_name: _Line
    process: _Count
    started: _Figure
    n_done: _Count
    n_total: _Count
    runs: Annotated[tuple[LiveRun, ...], Field(max_length=1000)]
    waiting: Annotated[tuple[_Line, ...], Field(max_length=MAX_WAITING)] = ()

    @property
    def text(self) -> str:
        """The command as a shell reads it."""
        return join_words(self.words)

    @property
    def n_waiting(self) -> int:
        """The number of runs that have not begun."""
        return max(0, self.n_total - self.n_done - len(self.runs))

    def to_json(self) -> str:
        """Return the content of the file."""
        return json.dumps(asdict(self))


_ADAPTER = TypeAdapter(LiveCommand)


def load_command(path: Path) -> LiveCommand | None:
    """Read a command from its file; None if that is missing, damaged or of another version."""
    try:
        return _ADAPTER.validate_python(read_json(path, MAX_BYTES))
    except (OSError, ValueError, ValidationError):
        return None
