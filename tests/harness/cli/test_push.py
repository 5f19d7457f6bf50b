"""Tests of `harness.cli.push`, `harness.cli.team`, `harness.cli.serve`, `harness.web.team.server` and
`harness.delivery.team_client`, with server processes."""

import json
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from harness.delivery.team_client import TeamServer
from harness.errors import HarnessError
from leaderboard import EntryStore, LeaderboardError
from tests.cli import run_command

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class CommandResult:
    """Exit code, output and error messages of a command."""

    code: int
    out: str
    err: str


def landmark(*words: object, token: str = "") -> CommandResult:
    result = run_command(*words, env={"LANDMARK_TOKEN": token, "LANDMARK_DB": None})
    is_expected = isinstance(result.exception, HarnessError | LeaderboardError)
    if result.exception and not is_expected and not isinstance(result.exception, SystemExit):
        raise result.exception
    message = str(result.exception) if is_expected else ""
    return CommandResult(result.exit_code, result.stdout, result.stderr + message)


@pytest.mark.parametrize(
    "address", ["http://ann:secret@127.0.0.1:1", "foo://ann:secret@host", "http://ann:a/secret@host"]
)
def test_errors_hide_the_password_of_the_address(address: str) -> None:
    with pytest.raises(HarnessError) as caught:
        TeamServer(address, "token").competitions()
    assert "secret" not in str(caught.value)


def answer(folder, path, share):
    """A submission file with correct answers to a share of the queries."""
    lines = (folder / "retrieval_solution.csv").read_text().splitlines()[1:]
    rows = [line.split(",")[:2] for line in lines]
    lines = [
        f"{query},{'' if truth == 'None' or n >= share * len(rows) else truth}\n"
        for n, (query, truth) in enumerate(rows)
    ]
    path.write_text("id,images\n" + "".join(lines))
    return path


class ServerProcess:
    """A team server in a process of its own."""

    def __init__(self, folder, url=None):
        command = [BIN / "landmark", "serve", "--teams", "--on", folder, "--port", "0", *(["--db", url] if url else [])]
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.address = re.search(r"http://[\d.:]+/", line)[0].rstrip("/")

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture
def serving(competition_folder, workspace):
    """A function that starts a team server; it is stopped after the test."""
    started = []

    def start(url=None):
        started.append(ServerProcess(competition_folder, url))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)


@pytest.mark.slow
def test_a_server_killed_while_scoring_loses_and_repeats_no_entry(
    serving, competition_folder, workspace, tmp_path, database_url
):
    database = ("--db", database_url)
    token = landmark("team", "add", "Alpha", *database).out.strip()
    server = serving(database_url)
    files = [answer(competition_folder, tmp_path / f"{share}.csv", share) for share in (0, 0.3, 0.6, 1)]
    uploads = [TeamServer(server.address, token).push(file, "competition", "") for file in files]
    assert [upload["number"] for upload in uploads] == [1, 2, 3, 4]
    server.end(signal.SIGKILL)
    server = serving(database_url)
    results = [landmark("push", file, "--to", server.address, "--wait", "--json", token=token) for file in files]
    assert [json.loads(result.out)["id"] for result in results] == [upload["id"] for upload in uploads]
    assert [json.loads(result.out)["status"] for result in results] == ["scored"] * 4
    server.end()
    assert server.process.returncode in (0, 130)
    assert [entry.identity for entry in EntryStore(database_url).entries()] == [f"Alpha #{n}" for n in (1, 2, 3, 4)]


@pytest.mark.slow
def test_push_prints_the_score_or_every_fault(serving, competition_folder, workspace, tmp_path):
    token = landmark("team", "add", "Alpha").out.strip()
    server = serving()

    def push(file, *words, to=server.address, token=token):
        return landmark("push", file, "--to", to, "--wait", *words, token=token)

    good = push(answer(competition_folder, tmp_path / "good.csv", 1), "--message", "mine")
    assert (good.code, good.err) == (0, "")
    assert re.fullmatch(r".*good\.csv: Alpha #1 is scored, public map@100 1\.00000 \([0-9a-f]{32}\)\n", good.out)
    bad = tmp_path / "bad.csv"
    bad.write_text("id,images\nnobody,x\nnobody,y\n")
    rejected = push(bad)
    assert rejected.code == 1
    assert "bad.csv, line 2, column 1: rejected:" in rejected.out
    assert rejected.out.count("rejected:") == 2
    assert str(workspace) not in rejected.out
    for words, message in (
        ({"token": "landmark_" + "0" * 12 + "_" + "0" * 40}, "[Ii]nvalid( or revoked)? token"),
        ({"token": ""}, "set LANDMARK_TOKEN"),
        ({"to": "nonsense"}, "not the address of a server"),
        ({"to": "http://127.0.0.1:1"}, "cannot be reached"),
    ):
        rejected = push(bad, **words)
        assert rejected.code == 1
        assert re.search(message, rejected.err), rejected.err
        assert rejected.err.isprintable()
    unknown = push(bad, "--competition", "other")
    assert "has no competition other (available: competition)" in unknown.err
    assert "there is no such file" in push(tmp_path / "none.csv").err
    server.end()


def test_a_token_file_must_be_private(tmp_path):
    file = tmp_path / "token"
    file.write_text("secret")
    file.chmod(0o644)
    rejected = landmark("push", file, "--to", "http://127.0.0.1:1", "--token-file", file)
    assert rejected.code == 1
    assert f"chmod 600 {file}" in rejected.err
    assert "secret" not in rejected.err
    file.chmod(0o600)
    assert "cannot be reached" in landmark("push", file, "--to", "http://127.0.0.1:1", "--token-file", file).err


@pytest.mark.parametrize(
    ("status", "content"),
    [(200, b"<html>"), (302, b""), (500, b"[]"), (404, b"{}"), (200, b"\xff"), (503, b'{"error": "\x1b[31m"}')],
)
def test_another_server_is_reported_in_one_line_and_redirects_are_not_followed(tmp_path, status, content):
    paths = []

    class OddServer(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), OddServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        file = tmp_path / "a.csv"
        file.touch()
        result = landmark("push", file, "--to", f"http://127.0.0.1:{server.server_port}", token="secret")
        server.shutdown()
    assert (result.code, result.err.isprintable(), paths) == (1, True, ["/api/v1/competitions"])
    assert "secret" not in result.err


def test_teams_and_tokens_are_created_listed_and_revoked(workspace):
    token = landmark("team", "add", "Alpha <b>").out.strip()
    assert re.fullmatch(r"landmark_[0-9a-f]{12}_[0-9a-f]{40}", token)
    assert landmark("team", "add", "alpha <B>").code == 1
    assert "the name of a solution" in landmark("team", "add", "hash").err
    other, admin = (
        landmark("team", "token", "Alpha <b>").out.strip(),
        landmark("team", "token", "--admin").out.strip(),
    )
    assert len({token, other, admin}) == 3
    assert landmark("team", "token").code == landmark("team", "token", "x", "--admin").code == 1
    listed = json.loads(landmark("team", "list", "--json").out)
    assert [team["name"] for team in listed["teams"]] == ["Alpha <b>"]
    assert [token["team"] for token in listed["tokens"]] == [None, "Alpha <b>", "Alpha <b>"]
    assert landmark("team", "revoke", token).code == 0
    assert "no valid token" in landmark("team", "revoke", token).err
    assert landmark("team", "list").out.count("revoked") == 1


def test_a_team_server_needs_a_competition_and_an_existing_database(workspace, tmp_path):
    assert "needs --on DIR" in landmark("serve", "--teams").err
    away = landmark("serve", "--on", tmp_path, "--db", "postgresql+psycopg://u:secret@127.0.0.1:1/x")
    assert away.code == 1
    assert "secret" not in away.err
