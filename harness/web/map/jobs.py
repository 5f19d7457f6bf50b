"""Computations of layouts in the background, one at a time, with what they are doing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from harness.web.map.projection import Report

MAX_WAITING = 20
PATIENCE_S = 0.25  # for which a request waits for a computation to end


@dataclass
class JobState:
    """What a computation is doing, and the share of that which is done; `error` if it has failed."""

    doing: str = "waiting for another map"
    share: float = 0.0
    error: str = ""
    ended: Event = field(default_factory=Event)


class LayoutJobs:
    """The computations that run or wait; one that has ended is forgotten, but a failure is reported once."""

    def __init__(self) -> None:
        self._states: dict[Hashable, JobState] = {}
        self._lock, self._turn = Lock(), Lock()

    def ensure(self, key: Hashable, compute: Callable[[Report], None]) -> JobState | None:
        """Return the state of a computation, started unless it runs or has just failed; None if it ends soon."""
        with self._lock:
            state = self._states.get(key)
            if state is None and len(self._states) >= MAX_WAITING:
                return JobState("waiting: too many maps are being computed")
            if state is None:
                state = self._states[key] = JobState()
                Thread(target=self._run, args=(key, state, compute), daemon=True).start()
            elif state.error:
                del self._states[key]
                return state
        return None if state.ended.wait(PATIENCE_S) and not state.error else state

    def _run(self, key: Hashable, state: JobState, compute: Callable[[Report], None]) -> None:
        def report(doing: str, share: float) -> None:
            state.doing, state.share = doing, share

        try:
            with self._turn:
                compute(report)
        except Exception:
            logging.getLogger(__name__).exception("the map could not be computed")
            state.error = "the map could not be computed; the server's log has the reason"
        else:
            with self._lock:
                self._states.pop(key, None)
        state.ended.set()
