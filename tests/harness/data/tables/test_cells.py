import pytest

from harness.data.tables.cells import quote


@pytest.mark.parametrize("text", ["a\nb", "\x1b[2J", "\u202egnp.exe", "\ud800", "x" * 10_000, "", "'\"", None, 7])
def test_hostile_text_is_quoted_in_one_short_line(text: object) -> None:
    assert quote(text).isprintable()
    assert 2 <= len(quote(text)) <= 80
