"""The share of a run's work that is done, and the time left, estimated from the stages that it reports."""

import time
from collections.abc import Callable

_LAST_STAGES = "ranking", "recognising"  # no stage follows them
_RELIABLE_SHARE, _RELIABLE_S = 0.02, 3.0  # progress and seconds from which on the time left is estimated


class WorkShare:
    """The share of the work of one run; each stage counts as half of what the one before has left, the last as all.

    >>> work = WorkShare()
    >>> work.update("describing", 30, 60), work.share, work.update("ranking", 5, 10), work.share
    (None, 0.25, None, 0.75)
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._started = clock, clock()
        self._before, self._rest, self._stage, self._done = 0.0, 1.0, "", 0
        self.share = 0.0

    def update(self, stage: str, done: int, total: int | None) -> None:
        """Take a report: items done in a stage, of how many."""
        if self._stage and (stage != self._stage or done < self._done):  # the stage before is over
            self._before, self._rest = self._before + self._rest / 2, self._rest / 2
        self._stage, self._done = stage, done
        part = self._rest if stage in _LAST_STAGES else self._rest / 2
        self.share = self._before + part * (min(1.0, done / total) if total else 0.0)

    def seconds_left(self) -> float | None:
        """Return the estimate by the share that is done and the time that it took; None while it is unreliable."""
        elapsed = self._clock() - self._started
        if self.share < _RELIABLE_SHARE or elapsed < _RELIABLE_S:
            return None
        return elapsed * (1 - self.share) / self.share
