from threading import Barrier, Thread
from time import sleep

import pytest

from harness.web.lru import Latest


def test_what_several_ask_for_at_once_is_made_once() -> None:
    latest: Latest[int] = Latest(2)
    made, together = [], Barrier(8)

    def make() -> int:
        made.append(1)
        sleep(0.05)
        return 7

    def ask() -> None:
        together.wait()
        assert latest.get("key", make) == 7

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


def test_the_one_asked_for_longest_ago_goes() -> None:
    latest: Latest[str] = Latest(2)
    for key in ("a", "b", "a", "c"):
        latest.get(key, lambda key=key: key)
    assert [latest.peek(key) for key in ("a", "b", "c")] == ["a", None, "c"]


def test_what_could_not_be_made_is_tried_again() -> None:
    latest: Latest[int] = Latest(2)

    def fail() -> int:
        raise OSError

    with pytest.raises(OSError):
        latest.get("key", fail)
    assert latest.get("key", lambda: 1) == 1
