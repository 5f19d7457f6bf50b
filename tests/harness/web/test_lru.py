from threading import Barrier, Thread
from time import sleep

import pytest

from harness.web.lru import LruCache


def test_concurrent_requests_for_a_key_compute_it_once() -> None:
    cache: LruCache[int] = LruCache(2)
    calls, barrier = [], Barrier(8)

    def compute() -> int:
        calls.append(1)
        sleep(0.05)
        return 7

    def request() -> None:
        barrier.wait()
        assert cache.get("key", compute) == 7

    threads = [Thread(target=request) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [1]


def test_the_least_recently_used_value_is_evicted() -> None:
    cache: LruCache[str] = LruCache(2)
    for key in ("a", "b", "a", "c"):
        cache.get(key, lambda key=key: key)
    assert [cache.peek(key) for key in ("a", "b", "c")] == ["a", None, "c"]


def test_a_failed_computation_is_repeated() -> None:
    cache: LruCache[int] = LruCache(2)

    def fail() -> int:
        raise OSError

    with pytest.raises(OSError):
        cache.get("key", fail)
    assert cache.get("key", lambda: 1) == 1
