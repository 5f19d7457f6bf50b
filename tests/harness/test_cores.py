import threading

import pytest

from harness.cores import cores, limited_to


def test_the_limit_of_a_thread_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_JOBS", "5")
    seen = []
    with limited_to(1):
        thread = threading.Thread(target=lambda: seen.append(cores()))
        thread.start()
        thread.join()
        assert cores() == 1
    assert seen == [5]
    assert cores() == 5
