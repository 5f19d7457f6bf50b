"""Starts the scoring workers with the server, restarts them when they die, and stops them with the server."""

import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from threading import Event, Thread

from harness.web.team.scoring.worker import WorkerConfig
from leaderboard.errors import StoreError
from leaderboard.storage.database import Database
from leaderboard.team.queue import SubmissionQueue

LOG = logging.getLogger("landmark")
RESTART_DELAY_S = 2.0
WORKERS = 2  # a file that takes long leaves another worker to the other teams
_CRASHES = {
    signal.SIGPROF: "took too much processor time",
    signal.SIGKILL: "took more memory than the machine has",  # if the kernel did it
    **dict.fromkeys(
        (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL), "ended the scoring process"
    ),
}


@contextmanager
def running_workers(config: WorkerConfig, count: int = WORKERS) -> Iterator[None]:
    """Run workers during the block."""
    with ExitStack() as stack:
        for _ in range(count):
            supervisor = WorkerSupervisor(config)
            supervisor.start()
            stack.callback(supervisor.stop)
        yield


class WorkerSupervisor(Thread):
    """A thread that restarts the worker process whenever it exits, until `stop` is called."""

    def __init__(self, config: WorkerConfig) -> None:
        super().__init__(daemon=True)
        self._config, self._stopped = config, Event()
        self.worker: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Start the worker, and restart it after each exit."""
        while not self._stopped.is_set():
            config, oom_kills = replace(self._config, name=token_hex(8)), _oom_kills()
            with _start_worker(config) as self.worker:
                code = self.worker.wait()
            crash = None if self._stopped.is_set() else crash_of(code, oom_killed=_oom_kills() > oom_kills)
            self._release(config, crash)
            if not self._stopped.wait(RESTART_DELAY_S):
                LOG.error("a worker exited with status %s%s; restarting it", code, f": a file {crash}" * bool(crash))

    def stop(self) -> None:
        """Terminate the worker. The next worker scores an unfinished submission again."""
        self._stopped.set()
        if self.worker is not None:
            self.worker.terminate()
        self.join(10)

    def _release(self, config: WorkerConfig, crash: str | None) -> None:
        """Return the worker's submission to the queue; without a database it returns when its lease expires."""
        database = Database(config.database)
        with suppress(StoreError):
            SubmissionQueue(database).release(config.name, datetime.now(UTC), crash)
        database.close()


def crash_of(code: int, *, oom_killed: bool) -> str | None:
    """Return how a file ended the worker that scored it, None if its exit status does not blame the file.

    >>> crash_of(-11, oom_killed=False), crash_of(-9, oom_killed=False), crash_of(0, oom_killed=True)
    ('ended the scoring process', None, None)
    """
    if code == -signal.SIGKILL and not oom_killed:
        return None
    return _CRASHES.get(signal.Signals(-code)) if code < 0 and -code in set(signal.Signals) else None


def _oom_kills() -> int:
    """Return how many processes the kernel has killed for memory; 0 where it does not say."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def _start_worker(config: WorkerConfig) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-m", "harness.web.team.scoring.worker"]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)  # noqa: S603 (a module of this package)
    assert worker.stdin is not None
    with suppress(BrokenPipeError):
        worker.stdin.write(config.to_line())
        worker.stdin.flush()
    return worker
