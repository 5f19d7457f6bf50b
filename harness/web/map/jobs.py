"""Computations of layouts in the background, one at a time, with what they are doing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread

from harness.web.map.projection import Report

MAX_WAITING = 20


@dataclass
class JobState:
    """What a computation is doing, and the share of that which is done; `error` if it has failed."""

    doing: str = "waiting for another map"
    share: float = 0.0
    error: str = ""


class LayoutJobs:
    """The computations that run or wait; one that has ended is forgotten, but a failure is reported once."""

    def __init__(self) -> None:
        self._states: dict[str, JobState] = {}
        self._lock, self._turn = Lock(), Lock()

    def ensure(self, digest: str, compute: Callable[[Report], None]) -> JobState:
        """Return the state of a computation, which is started unless it runs, waits or has just failed."""
        with self._lock:
            state = self._states.get(digest)
            if state is None and len(self._states) >= MAX_WAITING:
                return JobState("waiting: too many maps are being computed")
            if state is None:
                state = self._states[digest] = JobState()
                Thread(target=self._run, args=(digest, state, compute), daemon=True).start()
            elif state.error:
                del self._states[digest]
            return state

    def _run(self, digest: str, state: JobState, compute: Callable[[Report], None]) -> None:
        def report(doing: str, share: float) -> None:
            state.doing, state.share = doing, share

        try:
            with self._turn:
                compute(report)
        except Exception:
            logging.getLogger(__name__).exception("the map could not be computed")
            state.error = "the map could not be computed; the server's log has the reason"
            return
        with self._lock:
            self._states.pop(digest, None)
