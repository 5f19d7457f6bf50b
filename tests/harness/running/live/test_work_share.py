"""Tests of `harness.running.live.work_share`."""

from harness.running.live.work_share import WorkShare


def test_the_time_left_follows_from_the_share_once_that_is_reliable() -> None:
    now = [0.0]
    work = WorkShare(lambda: now[0])
    work.update("describing", 10, 40)
    assert work.seconds_left() is None
    now[0] = 10.0
    assert work.share == 0.125
    assert work.seconds_left() == 70.0
    work.update("ranking", 40, 40)
    assert (work.share, work.seconds_left()) == (1.0, 0.0)


def test_a_stage_without_a_number_of_items_adds_nothing() -> None:
    work = WorkShare()
    work.update("reading", 7, None)
    assert work.share == 0.0
