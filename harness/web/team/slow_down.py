"""Delays after wrong tokens, by address and token prefix. A right token is never refused."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from cachetools import TTLCache

from harness.web.client_network import client_network
from harness.web.error_pages import http_error

FREE_FAILURES = 5  # before tries are slowed down
FIRST_DELAY_S, MAX_DELAY_S = 0.05, 1.0  # before a token is verified, doubled by each failure
MAX_RETRY_AFTER_S = 300
MEMORY_S = 600.0  # after which a failure is forgotten
_MAX_COUNTS = 10_000  # of addresses and of prefixes
_MAX_WAITING = 8  # threads that wait at the same time


class SlowDown:
    """Counts wrong tokens by address and by token prefix, and delays tries from addresses that sent some. Thread-safe.

    A right token is verified whatever was counted. An address without a failure does not wait.
    """

    def __init__(self) -> None:
        self._failures: TTLCache[str, int] = TTLCache(_MAX_COUNTS, MEMORY_S)
        self._prefix_failures: TTLCache[str, int] = TTLCache(_MAX_COUNTS, MEMORY_S)
        self._waiting: set[str] = set()
        self._lock = Lock()

    def failures(self, address: str, prefix: str | None) -> int:
        """Return the failures that count against a try: those of its address, and then those of its prefix too."""
        with self._lock:
            own = self._failures.get(client_network(address), 0)
            return own + (self._prefix_failures.get(prefix or "", 0) if own else 0)

    def add_failure(self, address: str, prefix: str | None) -> None:
        """Count a wrong token."""
        with self._lock:
            network = client_network(address)
            self._failures[network] = self._failures.get(network, 0) + 1
            if prefix:
                self._prefix_failures[prefix] = self._prefix_failures.get(prefix, 0) + 1

    def forget(self, address: str) -> None:
        """Forget the failures of an address that has sent a right token."""
        with self._lock:
            self._failures.pop(client_network(address), None)

    @contextmanager
    def turn(self, address: str, prefix: str | None) -> Iterator[None]:
        """Delay the block, one at a time of an address that sent wrong tokens. Raises HTTP 429 while another waits."""
        delay = delay_s(self.failures(address, prefix))
        if not delay:
            yield
            return
        network = client_network(address)
        with self._lock:
            if network in self._waiting or len(self._waiting) >= _MAX_WAITING:
                raise too_many(self._failures.get(network, 0))
            self._waiting.add(network)
        try:
            time.sleep(delay)
            yield
        finally:
            with self._lock:
                self._waiting.discard(network)


def delay_s(failures: int) -> float:
    """Return the delay of a try after so many failures.

    >>> [delay_s(count) for count in (0, 4, 5, 6, 7, 100)]
    [0.0, 0.0, 0.05, 0.1, 0.2, 1.0]
    """
    if failures < FREE_FAILURES:
        return 0.0
    return float(min(MAX_DELAY_S, FIRST_DELAY_S * 2 ** min(failures - FREE_FAILURES, 30)))


def too_many(failures: int) -> Exception:
    """Return the HTTP error 429 for a wrong token after so many failures; the time to wait doubles with each."""
    seconds = min(MAX_RETRY_AFTER_S, 2 ** min(max(0, failures - FREE_FAILURES), 30))
    return http_error(429, f"too many invalid tokens from this address; wait {seconds} s", Retry_After=str(seconds))
