"""Long work tells how far it is: to the terminal, to the process that watches, or to nobody."""

import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Listener = Callable[[str, int, int | None], None]  # what, done, total


_listener: Listener | None = None
_EVERY_S = 0.2


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Send all progress of this process to `listener(what, done, total)` while the block lasts."""
    global _listener  # noqa: PLW0603 (one process, one listener)
    before, _listener = _listener, listener
    try:
        yield
    finally:
        _listener = before


def track(
    items: Iterable[Item], what: str, total: int | None = None, weigh: Callable[[Item], int] | None = None
) -> Iterator[Item]:
    """Yield the items and tell the listener, a few times a second, how many are done.

    `weigh` says how much of `total` an item is (one if not given).

    >>> list(track([1, 2, 3], "counting"))
    [1, 2, 3]
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    done, told = 0, 0.0
    for item in items:
        yield item
        done += weigh(item) if weigh else 1
        if _listener and (time.monotonic() - told > _EVERY_S or done == total):
            told = time.monotonic()
            _listener(what, done, total)


def unheard(what: str, done: int, total: int | None) -> None:
    """Listen to nothing."""
