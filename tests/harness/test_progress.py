from harness.progress import send_progress_to, track


def test_items_pass_through_and_the_last_is_always_reported() -> None:
    reports: list[tuple[str, int, int | None]] = []
    with send_progress_to(lambda *progress: reports.append(progress)):
        assert list(track(range(1000), "counting")) == list(range(1000))
    assert reports[-1] == ("counting", 1000, 1000)
    assert len(reports) < 50


def test_items_may_weigh_more_than_one() -> None:
    reports: list[tuple[str, int, int | None]] = []
    with send_progress_to(lambda *progress: reports.append(progress)):
        list(track([[1, 2], [3]], "weighing", 3, weigh=len))
    assert reports[-1] == ("weighing", 3, 3)


def test_a_listener_is_optional() -> None:
    assert list(track(iter([1]), "alone")) == [1]
