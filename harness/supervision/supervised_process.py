"""A command in a process of its own under a supervisor, as its parent sees it (Linux)."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import psutil

from harness.supervision.process_end import ProcessEnd, ProcessLimits
from harness.supervision.termination import PATIENCE_S

# The package is not imported as usual, because that takes longer than the rest.
_PROGRAM = """import sys
package = sys.modules["harness"] = type(sys)("harness")
package.__path__ = [sys.argv[1]]
from harness.supervision.supervisor import main
main(sys.argv[2:])"""
_PACKAGE = str(Path(__file__).parents[1])
_MARK = "LANDMARK_PROCESS"  # a variable of the command, to find its processes if the supervisor is ended
_MAX_REPORT = 1 << 16  # bytes


class SupervisedProcess:
    """A command that ends, with all its descendants, with this process, with its limits and when it is stopped.

    What it and its descendants print goes to the file of the descriptor `log`, of which the beginning and the end are
    written. It inherits the file descriptors `descriptors`, and reads nothing from standard input.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: int,
        limits: ProcessLimits = ProcessLimits(),  # noqa: B008 (immutable)
        environment: Mapping[str, str] | None = None,
        descriptors: Sequence[int] = (),
    ) -> None:
        self._mark, self._rest, self._end = token_hex(8), b"", ""
        self.progress = ""  # what the command reported last
        self.memory_mb = 0.0, 0.0  # now and at the peak
        supervisor = [sys.executable, "-I", "-S", "-c", _PROGRAM, _PACKAGE, str(log), *map(str, limits), *command]
        self._process = subprocess.Popen(  # noqa: S603 (this interpreter)
            supervisor,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            pass_fds=[log, *descriptors],
            env={**(os.environ if environment is None else environment), _MARK: self._mark},
            start_new_session=True,
        )

    def wait(self, timeout_s: float) -> ProcessEnd | None:
        """Return how the command ended, or None if it runs on after `timeout_s` seconds or after new progress."""
        output = self._process.stdout
        if not output or not _is_readable(output.fileno(), timeout_s):
            self._process.send_signal(signal.SIGCONT)  # without a sandbox the command could have stopped the supervisor
            return None
        data = os.read(output.fileno(), _MAX_REPORT)
        if data:
            self._receive(data)
            return None
        self.stop()
        end = ProcessEnd.parse(self._end)
        if end.limit == "supervisor":
            _kill_marked(self._mark)
        return end

    def stop(self) -> None:
        """Let the supervisor kill the command and its descendants; return when they have ended."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.wait(2 * PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            _kill_marked(self._mark)

    def close(self) -> None:
        """Stop the command, and close the pipes to its supervisor."""
        self.stop()
        if self._process.stdout:
            self._process.stdout.close()

    def _receive(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            kind, _, value = line.decode("utf-8", "replace").partition(" ")
            if kind == "progress":
                self.progress = value
            elif kind == "memory":
                used_mb, _, peak_mb = value.partition(" ")
                self.memory_mb = float(used_mb), float(peak_mb)
            elif kind == "end":
                self._end = f"{kind} {value}"


def _is_readable(descriptor: int, timeout_s: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    return bool(poll.poll(timeout_s * 1000))


def _kill_marked(mark: str) -> None:
    """Kill what a supervisor has left that was itself killed: the processes with its mark in their environment."""
    deadline = time.monotonic() + PATIENCE_S
    while (processes := _marked(mark)) and time.monotonic() < deadline:
        for each in processes:
            with suppress(psutil.Error):
                each.kill()
        psutil.wait_procs(processes, timeout=0.1)


def _marked(mark: str) -> list[psutil.Process]:
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.environ().get(_MARK) == mark and each.status() != psutil.STATUS_ZOMBIE:
                found.append(each)
    return found
