from harness.progress import heard_by, track


def test_items_pass_through_and_the_last_is_always_told() -> None:
    told: list[tuple[str, int, int | None]] = []
    with heard_by(lambda *progress: told.append(progress)):
        assert list(track(range(1000), "counting")) == list(range(1000))
    assert told[-1] == ("counting", 1000, 1000)
    assert len(told) < 50


def test_items_may_weigh_more_than_one() -> None:
    told: list[tuple[str, int, int | None]] = []
    with heard_by(lambda *progress: told.append(progress)):
        list(track([[1, 2], [3]], "weighing", 3, weigh=len))
    assert told[-1] == ("weighing", 3, 3)


def test_nobody_need_listen() -> None:
    assert list(track(iter([1]), "alone")) == [1]
