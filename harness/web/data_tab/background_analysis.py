"""The analysis of a competition's data in the background, one at a time, with its progress."""

import logging
import time
from collections.abc import Callable, Mapping
from threading import Event, Lock, Thread

from harness.errors import HarnessError
from harness.progress import send_progress_to

LOG = logging.getLogger("landmark")
RETRY_S = 20  # after which a failed analysis may be repeated

_ONE_AT_A_TIME = Lock()


class BackgroundAnalysis:
    """Computes the views of a data page in a thread of its own, which starts at once.

    `views` is None until they are computed; `error` is a sentence if that failed; `progress` says how far it is.
    """

    def __init__(self, compute: Callable[[], Mapping[str, str]]) -> None:
        self.views: Mapping[str, str] | None = None
        self.error, self.progress = "", "Waiting for another analysis"
        self._compute, self._finished, self._failed_at = compute, Event(), 0.0
        self._start()

    def wait(self, seconds: float) -> None:
        """Wait until the analysis has finished, for at most some seconds."""
        self._finished.wait(seconds)

    def retry(self) -> None:
        """Start again if the analysis failed some time ago."""
        if self.error and time.monotonic() - self._failed_at > RETRY_S:
            self._start()

    def _start(self) -> None:
        self.error = ""
        self._finished.clear()
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            with _ONE_AT_A_TIME, send_progress_to(self._report):
                self.progress = "Reading the images"
                self.views = self._compute()
        except HarnessError as error:
            self._fail(str(error))
        except Exception:
            LOG.exception("the analysis of a competition's data failed")
            self._fail("internal error; see the server's log")
        finally:
            self._finished.set()

    def _fail(self, reason: str) -> None:
        self.error, self._failed_at = reason, time.monotonic()

    def _report(self, stage: str, done: int, total: int | None) -> None:
        self.progress = f"{stage.capitalize()}: {done:,}" + (f" of {total:,}" if total else "")
