"""The queue of commands in a workspace: a JSON file that several processes may change."""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Any, Literal

from filelock import FileLock
from pydantic import Field, TypeAdapter, ValidationError

from harness.atomic_files import write_atomically
from harness.errors import HarnessError
from harness.regular_file import read_json
from harness.workspace import Workspace

FOLDER = "queue"  # of the workspace
MAX_COMMANDS = 100  # in the queue, with those that have ended
MAX_ENDED = 20
_MAX_BYTES = 1 << 22

State = Literal["waiting", "running", "done", "failed", "stopped"]
_Line = Annotated[str, Field(max_length=100_000)]


@dataclass(frozen=True)
class QueuedCommand:
    """The words after `landmark` of a command, and its state; times are in seconds since the epoch.

    `process` is its number while it runs, and `process_started` tells it from a later process with that number.
    """

    id: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    words: Annotated[tuple[_Line, ...], Field(min_length=1, max_length=100)]
    added: float
    state: State = "waiting"
    process: int | None = None
    process_started: float = 0.0
    is_stopping: bool = False
    reason: Annotated[str, Field(max_length=1000)] = ""  # of a failure


_ADAPTER = TypeAdapter(list[QueuedCommand])


class CommandQueue:
    """The queue of a workspace. A damaged file counts as an empty queue."""

    def __init__(self, workspace: Workspace) -> None:
        self.folder = workspace.folder / FOLDER
        self._file = self.folder / "queue.json"

    def commands(self) -> list[QueuedCommand]:
        """Return the commands, the earliest first."""
        with suppress(OSError, ValueError, ValidationError):
            return _ADAPTER.validate_python(read_json(self._file, _MAX_BYTES))
        return []

    def add(self, words: Sequence[str]) -> QueuedCommand:
        """Add a command at the end; HarnessError if too many wait, or the workspace is read-only."""
        added = QueuedCommand(token_hex(8), tuple(words), time.time())

        def append(commands: list[QueuedCommand]) -> list[QueuedCommand]:
            if sum(each.state in ("waiting", "running") for each in commands) >= MAX_COMMANDS - MAX_ENDED:
                raise HarnessError(f"{MAX_COMMANDS - MAX_ENDED} commands wait already; remove some first")
            return [*commands, added]

        try:
            self._change(append)
        except OSError as error:
            raise HarnessError(f"{self.folder}: the command cannot be queued: {error.strerror or error}") from None
        return added

    def remove(self, id: str) -> bool:
        """Remove a command that does not run; return whether there was one."""
        return self._change(lambda all_: [each for each in all_ if each.id != id or each.state == "running"])

    def update(self, id: str, **changes: Any) -> bool:
        """Change a command; return whether it is there."""
        return self._change(lambda all_: [replace(each, **changes) if each.id == id else each for each in all_])

    def log(self, id: str) -> Path:
        """Return the file of what a command prints."""
        return self.folder / f"{id}.log"

    def _change(self, change: Callable[[list[QueuedCommand]], list[QueuedCommand]]) -> bool:
        """Change the queue, and forget the earliest that have ended; return whether anything changed."""
        self.folder.mkdir(exist_ok=True)
        with FileLock(self.folder / "queue.lock"):
            before = self.commands()
            after = change(before)
            ended = [each.id for each in after if each.state not in ("waiting", "running")]
            after = [each for each in after if each.id not in ended[:-MAX_ENDED]]
            if after != before:
                write_atomically(self._file, json.dumps([asdict(each) for each in after]))
            for each in {each.id for each in before} - {each.id for each in after}:
                self.log(each).unlink(missing_ok=True)
            return after != before
