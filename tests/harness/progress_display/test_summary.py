"""Tests of `harness.progress_display.summary`."""

import pytest

from harness.progress import FINISHED
from harness.progress_display.summary import ProgressTracker


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tracker(clock: Clock) -> ProgressTracker:
    return ProgressTracker(clock)


def test_without_jobs_there_is_nothing_to_say(tracker: ProgressTracker) -> None:
    assert tracker.summary() is None
    tracker.listener("")
    assert tracker.summary() is None


def test_jobs_are_counted_and_the_first_that_runs_is_named(tracker: ProgressTracker) -> None:
    first, second, _ = (tracker.listener(name) for name in ("a", "b", "a"))
    starting = tracker.summary()
    assert (starting.done, starting.total, starting.job, starting.stage) == (0, 3, "", "starting")
    second("ranking", 1, 2)
    first("describing", 1, 2)
    assert (tracker.summary().job, tracker.summary().stage) == ("a", "describing")
    first(FINISHED, 1, 1)
    summary = tracker.summary()
    assert (summary.done, summary.total, summary.job, summary.stage) == (1, 3, "b", "ranking")
    assert summary.share == (1 + 0.5) / 3


def test_the_share_of_a_job_never_falls_and_ends_at_1(tracker: ProgressTracker) -> None:
    update = tracker.listener("a")
    shares = [tracker.summary().share]
    for what in ("describing index", "describing index", "training", "ranking"):
        for done in (1, 5, 10):
            update(what, done, 10)
            shares.append(tracker.summary().share)
    update("writing", 3, None)
    shares.append(tracker.summary().share)
    assert shares == sorted(shares)
    assert (shares[0], shares[3], shares[6], shares[-1]) == (0, 0.5, 0.75, 1)


def test_the_time_left_follows_the_share_of_jobs_that_took_time(tracker: ProgressTracker, clock: Clock) -> None:
    reused, running, _ = (tracker.listener(name) for name in "abc")
    reused(FINISHED, 1, 1)
    clock.now = 2
    running("ranking", 1, 2)
    assert tracker.summary().seconds_left is None
    clock.now = 30
    assert tracker.summary().seconds_left == 90  # half of one of two jobs took 30 s
    running(FINISHED, 1, 1)
    assert tracker.summary().seconds_left == 30


def test_work_without_jobs_counts_its_items_and_extrapolates_their_rate(tracker: ProgressTracker, clock: Clock) -> None:
    update = tracker.listener("")
    update("images", 40, 100)  # 40 were there before
    assert tracker.summary().seconds_left is None
    clock.now = 10
    update("images", 60, 100)
    summary = tracker.summary()
    assert (summary.done, summary.total, summary.of_jobs, summary.stage) == (60, 100, False, "images")
    assert (summary.share, summary.seconds_left) == (0.6, 20)


def test_the_time_left_falls_between_items_and_rises_when_one_is_overdue(
    tracker: ProgressTracker, clock: Clock
) -> None:
    update = tracker.listener("")
    update("tuning", 0, 4)
    clock.now = 10
    update("tuning", 1, 4)
    left = []
    for clock.now in (10, 15, 20, 30, 100):
        left.append(tracker.summary().seconds_left)
    assert left == [30, 25, 20, 30, 100]
    clock.now = 101
    update("tuning", 4, 4)
    assert tracker.summary().seconds_left == 0


def test_the_whole_work_counts_before_its_jobs(tracker: ProgressTracker) -> None:
    whole, run = tracker.listener(""), tracker.listener("hash")
    whole("tuning", 12, 50)
    run("ranking", 1, 2)
    summary = tracker.summary()
    assert (summary.done, summary.total, summary.of_jobs, summary.job, summary.stage) == (
        12,
        50,
        True,
        "hash",
        "ranking",
    )


def test_an_unknown_total_has_no_share(tracker: ProgressTracker) -> None:
    tracker.listener("")("reading", 7, None)
    summary = tracker.summary()
    assert (summary.done, summary.total, summary.share, summary.seconds_left) == (7, None, 0, None)
