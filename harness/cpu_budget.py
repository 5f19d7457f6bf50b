"""The CPU budget of this thread: runs divide the machine's cores, and the chunks of a run divide the run's cores."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import HarnessError

VARIABLE = "LANDMARK_JOBS"
_THREAD = threading.local()


def cores() -> int:
    """Return how many threads or processes the caller may start.

    Raises HarnessError if LANDMARK_JOBS is not a positive whole number.
    """
    import joblib

    limit = getattr(_THREAD, "cores", None)
    setting = os.environ.get(VARIABLE, "")
    if setting and not (setting.isdecimal() and int(setting)):
        raise HarnessError(f"{VARIABLE}={setting!r:.40} is not a number of cores; set a whole number from 1")
    return int(limit or setting or joblib.cpu_count())


@contextmanager
def limit_cores(count: int) -> Iterator[None]:
    """Limit this thread to `count` cores inside the block.

    >>> with limit_cores(1):
    ...     cores()
    1
    """
    before = getattr(_THREAD, "cores", None)
    _THREAD.cores = count
    try:
        yield
    finally:
        _THREAD.cores = before
