"""Starts the scoring worker with the server, restarts it when it dies, and stops it with the server."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from harness.web.team.scoring.worker import WorkerConfig

LOG = logging.getLogger("landmark")
RESTART_DELAY_S = 2.0


@contextmanager
def running_worker(config: WorkerConfig) -> Iterator[None]:
    """Run a worker during the block."""
    supervisor = WorkerSupervisor(config)
    supervisor.start()
    try:
        yield
    finally:
        supervisor.stop()


class WorkerSupervisor(Thread):
    """A thread that restarts the worker process whenever it exits, until `stop` is called."""

    def __init__(self, config: WorkerConfig) -> None:
        super().__init__(daemon=True)
        self._config, self._stopped = config, Event()
        self.worker: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Start the worker, and restart it after each exit."""
        while not self._stopped.is_set():
            with _start_worker(self._config) as self.worker:
                code = self.worker.wait()
            if not self._stopped.wait(RESTART_DELAY_S):
                LOG.error("the worker exited with status %s; restarting it", code)

    def stop(self) -> None:
        """Terminate the worker. The next worker scores an unfinished submission again."""
        self._stopped.set()
        if self.worker is not None:
            self.worker.terminate()
        self.join(10)


def _start_worker(config: WorkerConfig) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-m", "harness.web.team.scoring.worker"]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)  # noqa: S603 (a module of this package)
    assert worker.stdin is not None
    with suppress(BrokenPipeError):
        worker.stdin.write(config.to_line())
        worker.stdin.flush()
    return worker
