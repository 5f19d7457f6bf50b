import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from harness.errors import HarnessError
from harness.web.app import create_app
from harness.web.server import hosts_of, listening
from tests.factories.entries import Entered


def test_the_command_serves_the_workspace_and_says_where(entered: Entered, tmp_path: Path) -> None:
    entered.ranking("served", right=0.5)
    words = [sys.executable, "-m", "harness.cli.main", "serve", "--port", "0"]
    words += ["--on", str(entered.competition.folder), "--workspace", str(entered.workspace.folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[0]
            with urlopen(address) as answer:
                assert "served" in answer.read().decode()
        finally:
            process.terminate()


def test_a_port_that_is_taken_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(HarnessError, match="cannot listen there"), listening("127.0.0.1", taken.getsockname()[1]):
            pass


def test_a_site_answers_to_its_own_names_only() -> None:
    assert "board.example" in hosts_of("board.example")
    assert "evil.example" not in hosts_of("127.0.0.1")
    assert hosts_of("0.0.0.0") == ["*"]


def test_boards_are_ordered_before_anyone_asks(entered: Entered) -> None:
    entered.ranking("early", right=0.5)
    site = create_app(entered.workspace).state.site
    site.warm()
    assert site.boards.ordered(entered.competition.key, "retrieval").standings[0].entry.identity == "early"


def test_a_database_that_is_gone_does_not_stop_the_server(entered: Entered) -> None:
    site = create_app(entered.workspace).state.site
    entered.workspace.database.write_bytes(b"nothing of a database" * 100)
    site.warm()
