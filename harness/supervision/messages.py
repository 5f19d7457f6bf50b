"""Messages of a command to its supervisor, one a line, sent to the file descriptor in `LANDMARK_MESSAGES`.

`start SECONDS NOTE`: a solution starts now, and this CPU time was used before; the note is reported with the end.
`progress …`: handed on to the parent.
`done`: all results are written, and the process ends at once.
"""

import os
import time
from contextlib import suppress

from harness.supervision.command import MESSAGES_VARIABLE
from harness.supervision.termination import PATIENCE_S
from harness.supervision.usage import Usage

_MAX_LINE = 2000  # bytes


class CommandMessages:
    """Reads the messages; a command can send anything, and what is no message is ignored."""

    def __init__(self) -> None:
        self._rest, self._done_at, self._has_started = b"", float("inf"), False
        self.note = ""

    @property
    def is_overdue(self) -> bool:
        """Return whether the command has been done for long without ending."""
        return time.monotonic() > self._done_at + PATIENCE_S

    def receive(self, data: bytes, usage: Usage) -> str:
        """Act on a part of the messages; return the last line of progress, "" if there is none."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest, progress = self._rest[:_MAX_LINE], ""
        for line in lines:
            kind, _, value = line[:_MAX_LINE].decode("utf-8", "replace").partition(" ")
            if kind == "start" and not self._has_started:
                self._has_started = True
                seconds, _, self.note = value.partition(" ")
                usage.measure_from_now(seconds)
            elif kind == "done":
                self._done_at = min(self._done_at, time.monotonic())
            elif kind == "progress":
                progress = f"{kind} {value}"
        return progress


def send_message(text: str) -> None:
    """Send a line to the supervisor of this process; do nothing if there is none, or it has closed the pipe."""
    with suppress(KeyError, ValueError, OSError):
        os.write(int(os.environ[MESSAGES_VARIABLE]), text.replace("\n", " ").encode() + b"\n")
