"""A thread-safe LRU cache of computed page data."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

Value = TypeVar("Value")


class LruCache(Generic[Value]):
    """LRU cache of at most `limit` values. Concurrent requests for the same key compute the value once."""

    def __init__(self, limit: int) -> None:
        self._values: LRUCache[Hashable, Value] = LRUCache(limit)
        self._lock, self._key_locks = Lock(), dict[Hashable, Lock]()

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the cached value of a key, computed now if there is none.

        >>> cache = LruCache(1)
        >>> [cache.get(key, lambda: value) for key, value in (("a", 1), ("a", 2), ("b", 3), ("a", 4))]
        [1, 1, 3, 4]
        """
        with self._lock:
            if key in self._values:
                return self._values[key]
            key_lock = self._key_locks.setdefault(key, Lock())
        with key_lock:
            with self._lock:
                if key in self._values:
                    return self._values[key]
            try:
                value = compute()
                with self._lock:
                    self._values[key] = value
            finally:
                with self._lock:
                    self._key_locks.pop(key, None)
        return value

    def peek(self, key: Hashable) -> Value | None:
        """Return the cached value of a key, or None."""
        with self._lock:
            return self._values.get(key)
