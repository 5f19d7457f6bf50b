"""Run the commands of a queue one after the other, each as a process of its own that a shell never sees."""

import subprocess
import sys
import time
from contextlib import suppress
from threading import Event, Thread

import psutil
from filelock import FileLock, Timeout

from harness.running.live.interruption import interrupt
from harness.running.queue.command_queue import CommandQueue, QueuedCommand
from leaderboard.safe_text import shorten

_BUSY_S, _IDLE_S = 0.5, 3.0  # between two looks at the queue, while a command runs and else
_TAIL = 4000  # bytes of a log
_INTERRUPTED = (130, -2, -15)  # exit codes


class QueueDriver:
    """A thread that runs the commands. Of several processes on one workspace one drives its queue.

    A command goes on when this process ends; the next one waits until a process drives the queue again.
    """

    def __init__(self, queue: CommandQueue) -> None:
        self.queue, self.started = queue, time.time()
        self._child: subprocess.Popen[bytes] | None = None
        self._wake = Event()
        self._thread = Thread(target=self._drive, daemon=True, name="queue")

    def start(self) -> None:
        """Begin to run commands, or notice new ones at once."""
        if self._thread.ident is None:
            self._thread.start()
        self._wake.set()

    def stop_command(self, id: str) -> bool:
        """Interrupt a running command as Ctrl-C does; return whether it was running."""
        command = next((each for each in self.queue.commands() if each.id == id and each.state == "running"), None)
        if command is None or command.process is None:
            return False
        self.queue.update(id, is_stopping=True)
        return interrupt(command.process, lambda: _is_running(command))

    def step(self) -> bool:
        """Note the end of the running command, or start the next one; return whether one is running."""
        commands = self.queue.commands()
        running = next((each for each in commands if each.state == "running"), None)
        if running and self._runs_on(running):
            return True
        waiting = next((each for each in commands if each.state == "waiting"), None)
        if running is None and waiting:
            self._start(waiting)
        return running is not None or waiting is not None

    def _drive(self) -> None:
        while True:
            lock = FileLock(self.queue.folder / "driver.lock", thread_local=False)
            with suppress(OSError, Timeout), lock.acquire(0):  # Timeout: another process drives the queue
                while True:
                    self._wait(_BUSY_S if self.step() else _IDLE_S)
            self._wait(_IDLE_S)

    def _wait(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()

    def _start(self, command: QueuedCommand) -> None:
        if not self.queue.update(command.id, state="running"):
            return  # it was removed meanwhile
        arguments = [sys.executable, "-P", "-m", "landmark", *command.words]
        with self.queue.log(command.id).open("wb") as log:
            self._child = subprocess.Popen(  # noqa: S603 (no shell, and the words are those of the queue)
                arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        started = 0.0
        with suppress(psutil.Error):
            started = psutil.Process(self._child.pid).create_time()
        self.queue.update(command.id, process=self._child.pid, process_started=started)

    def _runs_on(self, command: QueuedCommand) -> bool:
        """Return whether a command still runs; if not, note how it has ended."""
        own = self._child if self._child and self._child.pid == command.process else None
        code = own.poll() if own else None
        if code is None and (own or _is_running(command)):  # poll tells how an own child ended
            return True
        last = self._last_line(command)
        if command.is_stopping or code in _INTERRUPTED:
            self.queue.update(command.id, state="stopped", process=None)
        elif code:
            self.queue.update(command.id, state="failed", process=None, reason=last or f"exit code {code}")
        else:
            reason = "" if code == 0 else "ended while no server ran"
            self.queue.update(command.id, state="done", process=None, reason=reason)
        return False

    def _last_line(self, command: QueuedCommand) -> str:
        """Return the last line that a command has printed, the message of its failure."""
        try:
            tail = self.queue.log(command.id).read_bytes()[-_TAIL:].decode("utf-8", "replace")
        except OSError:
            return ""
        lines = [line.strip() for line in tail.splitlines() if line.strip()]
        failures = [line for line in lines if line.startswith(("error", "failed"))]
        return shorten((failures or lines or [""])[-1], 300)


def _is_running(command: QueuedCommand) -> bool:
    """Return whether the process of a command runs, and is not another one with its number."""
    try:
        process = psutil.Process(command.process or -1)
        is_same = abs(process.create_time() - command.process_started) < 1.0
        return bool(is_same and process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, ValueError):
        return False
