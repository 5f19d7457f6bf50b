"""Work in a thread of its own, so that a page can be served before the work is done."""

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

from harness.errors import HarnessError
from harness.progress import send_progress_to
from leaderboard.errors import LeaderboardError

LOG = logging.getLogger("landmark")
Value = TypeVar("Value")

_PROGRESS = Lock()  # the progress of a process has one listener, so such tasks run one at a time


class BackgroundTask(Generic[Value]):
    """Computes a value in a thread, which starts at once. `progress` says how far it is, if that is measured.

    Tasks that measure their progress run one after the other.
    """

    def __init__(self, compute: Callable[[], Value], *, measure_progress: bool = False) -> None:
        self.progress = "Waiting for another computation" if measure_progress else "Computing"
        self._compute = compute if not measure_progress else self._with_progress(compute)
        self._finished, self._values, self._error = Event(), list[Value](), list[Exception]()
        self._start()

    @property
    def is_finished(self) -> bool:
        """Return whether there is a value or an error."""
        return self._finished.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for at most some seconds; return whether the task has finished."""
        return self._finished.wait(seconds)

    def result(self) -> Value:
        """Return the value of a finished task; raise its error if it failed."""
        if self._error:
            raise self._error[0]
        return self._values[0]

    def retry(self) -> None:
        """Start again if the task has failed."""
        if self.is_finished and self._error:
            self._start()

    def _start(self) -> None:
        self._error.clear()
        self._finished.clear()
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._values.append(self._compute())
        except (HarnessError, LeaderboardError) as error:
            self._error.append(error)
        except Exception as error:
            LOG.exception("a computation for a page failed")
            self._error.append(error)
        finally:
            self._finished.set()

    def _with_progress(self, compute: Callable[[], Value]) -> Callable[[], Value]:
        def computed() -> Value:
            with _PROGRESS, send_progress_to(self._report):
                self.progress = "Reading the images"
                return compute()

        return computed

    def _report(self, stage: str, done: int, total: int | None) -> None:
        self.progress = f"{stage.capitalize()}: {done:,}" + (f" of {total:,}" if total else "")
