"""Progress of long work, reported to a listener: the terminal, or the process that started this one."""

import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
ProgressListener = Callable[[str, int, int | None], None]  # stage, items done, items in all
ListenerFactory = Callable[[str], ProgressListener]  # takes the name of a job


FINISHED = "finished"  # the stage that a job reports when it ends, also if it failed or was not repeated

_listener: ProgressListener | None = None
_INTERVAL_S = 0.2


@contextmanager
def send_progress_to(listener: ProgressListener) -> Iterator[None]:
    """Send all progress of this process to `listener(stage, done, total)` inside the block."""
    global _listener  # noqa: PLW0603 (one process, one listener)
    before, _listener = _listener, listener
    try:
        yield
    finally:
        _listener = before


def track(
    items: Iterable[Item], what: str, total: int | None = None, weigh: Callable[[Item], int] | None = None
) -> Iterator[Item]:
    """Yield the items and report to the listener, at most five times a second, how many are done.

    `weigh` returns how much of `total` an item is (1 if not given).

    >>> list(track([1, 2, 3], "counting"))
    [1, 2, 3]
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    done, last_report = 0, 0.0
    for item in items:
        yield item
        done += weigh(item) if weigh else 1
        if _listener and (time.monotonic() - last_report > _INTERVAL_S or done == total):
            last_report = time.monotonic()
            _listener(what, done, total)


def report_progress(what: str, done: int = 0, total: int | None = None) -> None:
    """Report to the listener, if there is one, how many items of a stage are done."""
    if _listener:
        _listener(what, done, total)


def ignore_progress(what: str, done: int, total: int | None) -> None:
    """A listener that does nothing."""
