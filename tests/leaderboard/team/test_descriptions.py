"""Tests of `leaderboard.team.descriptions`."""

import pytest

from leaderboard.errors import TeamError
from leaderboard.team.descriptions import valid_description, valid_links


@pytest.mark.parametrize(
    "link",
    [
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//example.org", "example.org", "https://"),
        *("https://user@bank.example", "https://a b", "https://a\u202e", 'https://a"onclick="x', "https://a\\b"),
        *("ftp://example.org", "https://[", "https://a/" + "x" * 300, "\x01https://a"),
    ],
)
def test_a_link_that_is_no_web_address_is_rejected(link):
    with pytest.raises(TeamError, match="a link is an address"):
        valid_links([link])


def test_links_are_counted_once():
    assert valid_links(["https://a.example", "", "https://a.example"]) == ("https://a.example",)
    with pytest.raises(TeamError, match="at most 5 links, not 6"):
        valid_links([f"https://a.example/{number}" for number in range(6)])


@pytest.mark.parametrize("text", ["x" * 501, "a\x00b", "\u202eabc", "a\tb"])
def test_a_description_that_is_too_long_or_not_printable_is_rejected(text):
    with pytest.raises(TeamError, match="at most 500"):
        valid_description(text)
