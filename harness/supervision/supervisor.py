"""The supervisor of a command: a small process that starts it, enforces its limits and leaves none of its processes.

`SupervisedProcess` starts it. It imports the standard library only, and little of that, to start in 20 ms. The parent
holds the other ends of its standard input, which ends the command when it closes, and of its standard output. There it
writes lines: `progress …` as the command sends them, `memory USED_MB PEAK_MB` when that has changed, and at last
`end …` with the values of `ProcessEnd`.

It adopts orphans, so each descendant of the command is one of its own. All count to the limits, and all are killed when
the command ends, when it exceeds a limit, and when the parent ends.
"""

import os
import select
import signal
import time
from contextlib import suppress

from harness.supervision.bounded_log import BoundedLog
from harness.supervision.command import start_command
from harness.supervision.messages import CommandMessages
from harness.supervision.system_calls import adopt_orphans, take_precedence
from harness.supervision.termination import end_descendants
from harness.supervision.usage import Usage

_CONTROL, _REPORT = 0, 1
_POLL_S = 0.1
_CHUNK = 1 << 16


def main(arguments: list[str]) -> None:
    """Run a command: `LOG_DESCRIPTOR TIMEOUT_S MEMORY_LIMIT_MB COMMAND …`; `inf` is no limit."""
    log = int(arguments[0])
    os.set_inheritable(log, False)
    supervisor = Supervisor(BoundedLog(log), Usage(float(arguments[1]), float(arguments[2])))
    supervisor.run(arguments[3:])


class Supervisor:
    """One command with its descendants, from its start until none of them is left."""

    def __init__(self, log: BoundedLog, usage: Usage) -> None:
        self._log, self._usage, self._messages = log, usage, CommandMessages()
        self._parent, self._limit, self._status, self._memory = os.getppid(), "", -1, ""
        self._wake, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, self._stop)

    def run(self, command: list[str]) -> None:
        """Start the command, wait for its end or end it, and report."""
        adopt_orphans()
        take_precedence()
        self._output, output = os.pipe()
        messages, self._message_end = os.pipe()
        self._command = start_command(command, output, self._message_end)
        os.close(output)
        os.close(self._message_end)
        self._wait([_CONTROL, self._wake, self._output, messages])
        n_left = end_descendants(self._reap)
        self._drain()
        self._log.close()
        code = os.waitstatus_to_exitcode(self._status) if self._status >= 0 else -signal.SIGKILL
        _report(f"end {code} {self._limit or '-'} {self._usage.summary()} {n_left} {self._messages.note}")

    def _stop(self, *_: object) -> None:
        self._limit = "parent"

    def _wait(self, inputs: list[int]) -> None:
        """Return when the command has ended, or has to be ended."""
        next_check = 0.0
        while self._status < 0 and not self._limit:
            for each in select.select(inputs, [], [], _POLL_S)[0]:
                if not self._read(each):
                    inputs.remove(each)
            self._reap()
            if (now := time.monotonic()) >= next_check:
                self._check()
                next_check = now + min(max(_POLL_S, 20 * (time.monotonic() - now)), 1.0)

    def _read(self, descriptor: int) -> bool:
        """Handle what can be read; return false at its end."""
        data = os.read(descriptor, _CHUNK)
        if descriptor == self._output:
            self._log.write(data)
        elif descriptor == _CONTROL:
            self._limit = "parent"
        elif descriptor != self._wake:
            self._receive(data)
        return bool(data)

    def _receive(self, data: bytes) -> None:
        _report_if_read(self._messages.receive(data, self._usage))

    def _reap(self) -> bool:
        """Wait for the children that have ended; return whether any child is left."""
        try:
            while True:
                child, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
                if not child:
                    return True
                if os.WIFSTOPPED(status):
                    os.kill(child, signal.SIGCONT)  # nothing else would let it go on
                elif child == self._command:
                    self._status = status
        except ChildProcessError:
            return False

    def _check(self) -> None:
        if os.getppid() != self._parent:
            self._limit = "parent"
        self._limit = self._limit or self._usage.exceeded_limit() or ("exit" if self._messages.is_overdue else "")
        if (memory := self._usage.memory_summary()) != self._memory:
            self._memory = memory
            _report_if_read(f"memory {memory}")

    def _drain(self) -> None:
        """Write the rest of the output to the log, without waiting for more."""
        os.set_blocking(self._output, False)
        try:
            while data := os.read(self._output, _CHUNK):
                self._log.write(data)
        except BlockingIOError:
            pass


def _report_if_read(line: str) -> None:
    """Report a line unless it is empty; if the parent is busy it misses one."""
    if line and select.select([], [_REPORT], [], 0)[1]:
        _report(line)


def _report(line: str) -> None:
    with suppress(OSError):  # the parent has ended
        os.write(_REPORT, line.encode() + b"\n")
