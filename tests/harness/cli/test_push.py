"""`landmark team`, `landmark serve --teams` and `landmark push`, as people use them: in processes of their own."""

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
from typer.testing import CliRunner

from harness.cli.main import app
from harness.delivery.team_client import TeamServer
from harness.errors import HarnessError
from leaderboard import EntryStore, LeaderboardError

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str


def landmark(*words: object, token: str = "") -> Ended:
    ended = CliRunner().invoke(app, [str(word) for word in words], env={"LANDMARK_TOKEN": token, "LANDMARK_DB": None})
    told = isinstance(ended.exception, HarnessError | LeaderboardError)
    if ended.exception and not told and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return Ended(ended.exit_code, ended.stdout, f"{ended.stderr}{ended.exception}" if told else ended.stderr)


def answer(folder, path, share):
    """A submission file that answers a share of the queries rightly."""
    lines = (folder / "retrieval_solution.csv").read_text().splitlines()[1:]
    rows = [line.split(",")[:2] for line in lines]
    said = [
        f"{query},{'' if truth == 'None' or n >= share * len(rows) else truth}\n"
        for n, (query, truth) in enumerate(rows)
    ]
    path.write_text("id,images\n" + "".join(said))
    return path


class Serving:
    """A team server in a process of its own."""

    def __init__(self, folder, url=None):
        command = [BIN / "landmark", "serve", "--teams", "--on", folder, "--port", "0", *(["--db", url] if url else [])]
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        told = self.process.stdout.readline()
        self.address = re.search(r"http://[\d.:]+/", told)[0].rstrip("/")

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture
def serving(competition_folder, workspace):
    """Starts team servers; whatever still runs is ended."""
    started = []

    def start(url=None):
        started.append(Serving(competition_folder, url))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.end(signal.SIGKILL)


@pytest.mark.slow
def test_a_server_that_is_killed_while_it_scores_loses_nothing_and_enters_nothing_twice(
    serving, competition_folder, workspace, tmp_path, database_url
):
    database = ("--db", database_url)
    token = landmark("team", "add", "Alpha", *database).out.strip()
    server = serving(database_url)
    files = [answer(competition_folder, tmp_path / f"{share}.csv", share) for share in (0, 0.3, 0.6, 1)]
    made = [TeamServer(server.address, token).push(file, "competition", "") for file in files]
    assert [each["number"] for each in made] == [1, 2, 3, 4]
    server.end(signal.SIGKILL)
    server = serving(database_url)
    told = [landmark("push", file, "--to", server.address, "--wait", "--json", token=token) for file in files]
    assert [json.loads(each.out)["id"] for each in told] == [each["id"] for each in made]
    assert [json.loads(each.out)["status"] for each in told] == ["scored"] * 4
    server.end()
    assert server.process.returncode in (0, 130)
    assert [entry.identity for entry in EntryStore(database_url).entries()] == [f"Alpha #{n}" for n in (1, 2, 3, 4)]


@pytest.mark.slow
def test_push_says_the_score_or_every_reason_and_its_exit_code_tells_which(
    serving, competition_folder, workspace, tmp_path
):
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
    for words, told in (
        ({"token": "landmark_" + "0" * 12 + "_" + "0" * 40}, "no token that lets anyone in"),
        ({"token": ""}, "set LANDMARK_TOKEN"),
        ({"to": "nonsense"}, "no address of a server"),
        ({"to": "http://127.0.0.1:1"}, "cannot be asked"),
    ):
        refused = push(bad, **words)
        assert refused.code == 1
        assert re.search(told, refused.err), refused.err
        assert refused.err.isprintable()
    unknown = push(bad, "--competition", "other")
    assert "has no competition other (there are: competition)" in unknown.err
    assert "there is no such file" in push(tmp_path / "none.csv").err
    server.end()


def test_a_file_with_a_token_must_be_nobody_elses(tmp_path):
    file = tmp_path / "token"
    file.write_text("secret")
    file.chmod(0o644)
    refused = landmark("push", file, "--to", "http://127.0.0.1:1", "--token-file", file)
    assert refused.code == 1
    assert f"chmod 600 {file}" in refused.err
    assert "secret" not in refused.err
    file.chmod(0o600)
    assert "cannot be asked" in landmark("push", file, "--to", "http://127.0.0.1:1", "--token-file", file).err


@pytest.mark.parametrize(
    ("status", "content"),
    [(200, b"<html>"), (302, b""), (500, b"[]"), (404, b"{}"), (200, b"\xff"), (503, b'{"error": "\x1b[31m"}')],
)
def test_what_answers_as_no_team_server_does_is_told_in_one_line_and_followed_nowhere(tmp_path, status, content):
    asked = []

    class Odd(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Odd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        file = tmp_path / "a.csv"
        file.touch()
        ended = landmark("push", file, "--to", f"http://127.0.0.1:{server.server_port}", token="secret")
        server.shutdown()
    assert (ended.code, ended.err.isprintable(), asked) == (1, True, ["/api/v1/competitions"])
    assert "secret" not in ended.err


def test_teams_and_tokens_are_made_listed_and_revoked(workspace):
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
    assert [each["team"] for each in listed["tokens"]] == [None, "Alpha <b>", "Alpha <b>"]
    assert landmark("team", "revoke", token).code == 0
    assert "no token" in landmark("team", "revoke", token).err
    assert landmark("team", "list").out.count("revoked") == 1


def test_a_team_server_needs_a_competition_and_a_database_that_there_is(workspace, tmp_path):
    assert "needs --on DIR" in landmark("serve", "--teams").err
    away = landmark("serve", "--on", tmp_path, "--db", "postgresql+psycopg://u:secret@127.0.0.1:1/x")
    assert away.code == 1
    assert "secret" not in away.err
