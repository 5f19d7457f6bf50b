"""Tests of `harness.web.team.messages.destination` and `harness.web.team.messages.config`."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from harness.errors import HarnessError
from harness.web.team.messages import destination
from harness.web.team.messages.config import read_config
from harness.web.team.messages.destination import DestinationError, may_reach, parse_webhook, resolve
from leaderboard.errors import TeamError

PRIVATE = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254"),
    *("192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1"),
    *("ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
    *("2002:7f00:1::", "2002:a00:1::1", "::127.0.0.1"),
]


@pytest.mark.parametrize("text", PRIVATE)
def test_a_private_address_may_not_be_reached(text):
    assert not may_reach(ip_address(text))
    assert not may_reach(ip_address(text), (ip_network("203.0.113.0/24"),))


def test_public_and_allowed_addresses_may_be_reached():
    for text in ("93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822"):
        assert may_reach(ip_address(text))
    assert may_reach(ip_address("10.1.2.3"), (ip_network("10.0.0.0/8"),))
    assert may_reach(ip_address("::ffff:10.1.2.3"), (ip_network("10.0.0.0/8"),))


def names_resolve_to(monkeypatch, *addresses):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(destination.socket, "getaddrinfo", lambda *_, **__: found)


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    hook = parse_webhook("https://hook.example/x")
    names_resolve_to(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(DestinationError, match="not on the public Internet"):
        resolve(hook)
    names_resolve_to(monkeypatch, "93.184.216.34")
    assert resolve(hook) == "93.184.216.34"


def test_hosts_on_the_public_internet_need_https(monkeypatch):
    networks = (ip_network("10.0.0.0/8"),)
    hook = parse_webhook("http://hook.example/x", networks)
    names_resolve_to(monkeypatch, "93.184.216.34")
    with pytest.raises(DestinationError, match="need https"):
        resolve(hook, networks)
    names_resolve_to(monkeypatch, "10.0.0.9")
    assert resolve(hook, networks) == "10.0.0.9"


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://a.example",
            "ftp://a.example",
            "file:///etc/passwd",
            "gopher://a",
            "javascript:alert(1)",
            "a.example",
        ),
        *("https://", "https://user:x@a.example", "https://a.example/\r\nX: y", "https://a b", "https://a\\b"),
        *("https://[", "https://a:99999/", "https://ä.example", "https://a.example/#x", "https://a/" + "x" * 300),
    ],
)
def test_an_address_that_is_no_webhook_is_refused(url):
    with pytest.raises(TeamError, match="a webhook is an address"):
        parse_webhook(url)


@pytest.mark.parametrize(
    "environment",
    [
        {"LANDMARK_SMTP": "mail.example"},
        {"LANDMARK_SMTP": "http://mail.example"},
        {"LANDMARK_SMTP": "smtp://mail.example"},
        {"LANDMARK_SMTP": "smtp://mail.example:x", "LANDMARK_MAIL_FROM": "a@b.example"},
    ],
)
def test_a_wrong_configuration_is_reported_at_the_start(environment):
    with pytest.raises(HarnessError):
        read_config(environment)
    assert read_config({}).mail is None
    with pytest.raises(HarnessError, match="is no network"):
        read_config({}, ["localhost"])
