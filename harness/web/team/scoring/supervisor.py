"""The server's hold on its worker: started with it, started again when it dies, ended with it."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from harness.web.team.scoring.worker import Orders

LOG = logging.getLogger("landmark")
REST_S = 2.0  # before a worker that died is started again


@contextmanager
def working(orders: Orders) -> Iterator[None]:
    """Keep a worker at its orders while the block runs."""
    supervisor = Supervisor(orders)
    supervisor.start()
    try:
        yield
    finally:
        supervisor.stop()


class Supervisor(Thread):
    """Starts a worker again whenever it ends, until it is stopped."""

    def __init__(self, orders: Orders) -> None:
        super().__init__(daemon=True)
        self._orders, self._stopped = orders, Event()
        self.worker: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Keep a worker going."""
        while not self._stopped.is_set():
            with _started(self._orders) as self.worker:
                code = self.worker.wait()
            if not self._stopped.wait(REST_S):
                LOG.error("the worker ended (%s) and is started again", code)

    def stop(self) -> None:
        """End the worker; what it was scoring will be scored when the server is started again."""
        self._stopped.set()
        if self.worker is not None:
            self.worker.terminate()
        self.join(10)


def _started(orders: Orders) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-m", "harness.web.team.scoring.worker"]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)  # noqa: S603 (our own module)
    assert worker.stdin is not None
    with suppress(BrokenPipeError):
        worker.stdin.write(orders.line())
        worker.stdin.flush()
    return worker
