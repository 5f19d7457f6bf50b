"""How many cores this thread may use: runs share out the machine, chunks share out the run."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import HarnessError

VARIABLE = "LANDMARK_JOBS"
_THREAD = threading.local()


def cores() -> int:
    """Return how many threads or processes the caller may start."""
    import joblib

    own = getattr(_THREAD, "cores", None)
    told = os.environ.get(VARIABLE, "")
    if told and not (told.isdecimal() and int(told)):
        raise HarnessError(f"{VARIABLE}={told!r:.40} is no number of cores")
    return int(own or told or joblib.cpu_count())


@contextmanager
def limited_to(count: int) -> Iterator[None]:
    """Let this thread use no more than `count` cores while the block lasts.

    >>> with limited_to(1):
    ...     cores()
    1
    """
    before = getattr(_THREAD, "cores", None)
    _THREAD.cores = count
    try:
        yield
    finally:
        _THREAD.cores = before
