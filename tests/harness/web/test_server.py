import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from harness.errors import HarnessError
from harness.web.app import create_app
from harness.web.server import allowed_hosts, open_socket
from leaderboard.errors import LeaderboardError
from tests.factories.entries import EntryFactory


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
