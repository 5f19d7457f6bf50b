"""Tests of `harness.web.data.background_task`."""

from collections.abc import Iterator
from threading import Event

import pytest

from harness.errors import DataError
from harness.progress import track
from harness.web.data.background_task import BackgroundTask


def test_a_task_is_unfinished_until_its_value_is_computed() -> None:
    may_finish = Event()
    task = BackgroundTask(lambda: may_finish.wait(5))
    assert not task.is_finished
    may_finish.set()
    assert task.wait(5)
    assert task.result() is True


def test_an_error_is_raised_again_and_a_failed_task_can_be_retried() -> None:
    answers: Iterator[Exception | int] = iter([DataError("not yet"), KeyError("bug"), 7])

    def compute() -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    task = BackgroundTask(compute)
    assert task.wait(5)
    with pytest.raises(DataError, match="not yet"):
        task.result()
    task.retry()
    assert task.wait(5)
    with pytest.raises(KeyError):
        task.result()
    task.retry()
    assert task.wait(5)
    task.retry()
    assert task.result() == 7


def test_progress_is_a_sentence_with_numbers() -> None:
    task = BackgroundTask(lambda: list(track([1, 2], "reading headers")), measure_progress=True)
    assert task.wait(5)
    assert task.progress == "Reading headers: 2 of 2"
