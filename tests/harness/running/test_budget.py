"""Tests of `harness.running.budget`."""

import pytest

from harness.errors import HarnessError
from harness.running.budget import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2h", 7200), ("90m", 5400), ("45s", 45), ("1h30m", 5400), (" 1D 2 H ", 93600), ("0.5h", 1800)],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds
    assert parse_duration(format_duration(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "2", "h", "-2h", "0s", "30m1h", "2h2h", "nanh", "1e9h", "٣h", "9" * 400 + "h"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(HarnessError, match=r"is no duration; write 2h"):
        parse_duration(text)
