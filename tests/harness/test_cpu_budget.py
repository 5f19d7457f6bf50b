import threading

import pytest

from harness.cpu_budget import cores, limit_cores


def test_the_limit_of_a_thread_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_JOBS", "5")
    seen = []
    with limit_cores(1):
        thread = threading.Thread(target=lambda: seen.append(cores()))
        thread.start()
        thread.join()
        assert cores() == 1
    assert seen == [5]
    assert cores() == 5
