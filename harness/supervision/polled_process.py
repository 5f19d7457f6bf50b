"""A command in a process of its own where there is no supervisor: on other systems than Linux.

Its descendants are ended too, except those that have lost their parent and started a session of their own. Its limits
are looked at while the parent waits, its costs are not measured, and its log has no bound.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import psutil

from harness.supervision.command import MESSAGES_VARIABLE
from harness.supervision.messages import CommandMessages
from harness.supervision.process_end import ProcessEnd, ProcessLimits
from harness.supervision.usage import Usage

_POLL_S = 0.1


class PolledProcess:
    """A command that is ended with its descendants by its limits, and when it is stopped; see `SupervisedProcess`.

    It reads nothing from standard input, which closes when this process ends; see `end_with_parent`.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: int,
        limits: ProcessLimits = ProcessLimits(),  # noqa: B008 (immutable)
        environment: Mapping[str, str] | None = None,
        descriptors: Sequence[int] = (),
    ) -> None:
        self._limits, self._started = limits, time.monotonic()
        self._messages, self._usage, self.progress = CommandMessages(), Usage(*limits), ""
        self.memory_mb = 0.0, 0.0  # now and at the peak
        self._pipe, pipe = os.pipe()
        os.set_blocking(self._pipe, False)
        self._process = subprocess.Popen(  # noqa: S603 (the caller's command)
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**(os.environ if environment is None else environment), MESSAGES_VARIABLE: str(pipe)},
            pass_fds=(pipe, *descriptors) if os.name == "posix" else (),
            start_new_session=True,
        )
        os.close(pipe)

    def wait(self, timeout_s: float) -> ProcessEnd | None:
        """Return how the command ended, or None if it runs on after `timeout_s` seconds."""
        deadline = time.monotonic() + timeout_s
        while (code := self._process.poll()) is None:
            limit, used_mb = self._exceeded_limit()
            if limit:
                self.stop()
                return ProcessEnd(-signal.SIGTERM, limit, used_mb)
            if self._read_messages() or time.monotonic() > deadline:
                return None
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(min(_POLL_S, timeout_s))
        self.stop()
        return ProcessEnd(code)

    def _read_messages(self) -> bool:
        with suppress(OSError):  # nothing to read
            progress = self._messages.receive(os.read(self._pipe, 1 << 16), self._usage)
            self.progress = progress.removeprefix("progress ") or self.progress
            return bool(progress)
        return False

    def stop(self) -> None:
        """Kill the command and its descendants."""
        with suppress(psutil.Error):
            for child in psutil.Process(self._process.pid).children(recursive=True):
                with suppress(psutil.Error):
                    child.kill()
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Stop the command, and close the pipe to it."""
        self.stop()
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
            os.close(self._pipe)

    def _exceeded_limit(self) -> tuple[str, float]:
        used_mb = process_tree_memory_mb(self._process.pid) if self._limits.memory_mb < float("inf") else 0.0
        if time.monotonic() - self._started > self._limits.timeout_s:
            return "time", used_mb
        return ("memory" if used_mb > self._limits.memory_mb else ""), used_mb


def process_tree_memory_mb(process_id: int) -> float:
    """Return the memory of a process and its descendants in MB, without pages shared with files or other processes."""
    total, members = 0, list[psutil.Process]()
    with suppress(psutil.Error):
        members.append(psutil.Process(process_id))
        members += members[0].children(recursive=True)
    for member in members:
        with suppress(psutil.Error):  # it ended in the meantime
            usage = member.memory_info()
            total += usage.rss - getattr(usage, "shared", 0)
    return total / 1e6


def end_with_parent() -> None:
    """Kill this process and its children when the parent closes the pipe to standard input."""
    pipe = os.dup(0)
    with open(os.devnull, "rb") as null:
        os.dup2(null.fileno(), 0)

    def wait() -> None:
        while os.read(pipe, 1):
            pass
        if hasattr(os, "killpg"):
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
