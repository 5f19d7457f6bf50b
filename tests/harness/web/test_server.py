"""Tests of `harness.web.server` and `harness.web.host_check`."""

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from fastapi.testclient import TestClient

from harness.errors import HarnessError
from harness.web.app import create_app
from harness.web.host_check import HostCheck, host_name
from harness.web.server import allowed_hosts, local_hosts, open_socket, valid_proxies
from leaderboard.errors import LeaderboardError
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]


def test_the_command_serves_the_workspace_and_prints_the_address(factory: EntryFactory, tmp_path: Path) -> None:
    factory.add_ranking("served", right=0.5)
    words = [sys.executable, "-m", "harness.cli.main", "serve", "--port", "0"]
    words += ["--on", str(factory.competition.folder), "--workspace", str(factory.workspace.folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[0]
            with urlopen(address) as answer:
                assert "served" in answer.read().decode()
        finally:
            process.terminate()


def test_a_port_in_use_is_an_error_of_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(HarnessError, match="cannot listen there"), open_socket("127.0.0.1", taken.getsockname()[1]):
            pass


def test_a_site_accepts_only_its_own_host_names() -> None:
    assert "board.example" in allowed_hosts("board.example")
    assert "evil.example" not in allowed_hosts("127.0.0.1")
    assert allowed_hosts("0.0.0.0") == ["*"]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::", "board.example"])
def test_a_site_without_sign_in_refuses_foreign_names_wherever_it_listens(host: str) -> None:
    check = HostCheck(lambda *_: None, local_hosts(host))  # type: ignore[arg-type,return-value]
    for name in ("localhost", "127.0.0.1:8000", "[::1]:8000", *([f"[{host}]" if ":" in host else host])):
        assert check.allows(host_name(name)), name
    for name in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "*", "any ip address"):
        assert not check.allows(host_name(name)), name
    assert check.allows(host_name("192.168.1.7:8000")) == (host in ("0.0.0.0", "::"))


def test_a_request_for_a_foreign_name_is_answered_in_one_line(factory: EntryFactory, browse: Browse) -> None:
    answer = browse(factory.competition.folder).get("/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.text) == (400, "invalid Host header\n")


@pytest.mark.parametrize("proxy", ["proxy.example", "*", "", "10.0.0.0/33", "10.0.0.1,10.0.0.2"])
def test_a_proxy_is_an_address_or_a_network(proxy: str) -> None:
    with pytest.raises(HarnessError, match="is not the address of a proxy"):
        valid_proxies(["127.0.0.1", proxy])


def test_the_board_cache_is_warmed(factory: EntryFactory) -> None:
    factory.add_ranking("early", right=0.5)
    site = create_app(factory.workspace).state.site
    site.warm()
    assert site.boards.ranked(factory.competition.key, "retrieval").standings[0].entry.identity == "early"


def test_a_damaged_database_does_not_stop_the_warming(factory: EntryFactory) -> None:
    site = create_app(factory.workspace).state.site
    factory.workspace.database.write_bytes(b"nothing of a database" * 100)
    site.warm()
    with pytest.raises(LeaderboardError):
        site.boards.names()
