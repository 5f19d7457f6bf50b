"""Tests of `harness.web.team.messages.notifier`, `harness.web.team.messages.webhook`, `harness.web.team.messages.mail`,
`harness.web.team.messages.content`, `leaderboard.team.contacts` and `leaderboard.team.deliveries`, with servers on this
machine in the place of webhooks and of a mail server.
"""

import json
import socket
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from threading import Thread

import pytest
from sqlalchemy import update

from harness.web.team.app import notifier_of
from harness.web.team.messages import webhook
from harness.web.team.messages.config import MailServer, MessageConfig
from harness.web.team.messages.webhook import SIGNATURE, TIMESTAMP, sign
from leaderboard.storage.schema import deliveries
from leaderboard.team.deliveries import MAX_ATTEMPTS

LOOPBACK = (ip_network("127.0.0.0/8"),)


class WebHook(HTTPServer):
    """A server that stores the requests it gets and answers with `status`."""

    status = 200

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    server = WebHook()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def mail_server():
    """A mail server that takes everything; yields its port and the list of the lines it got."""
    lines = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=_serve_mail, args=(listener, lines), daemon=True)
        thread.start()
        yield listener.getsockname()[1], lines


def _serve_mail(listener, lines):
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection, connection.makefile("rw", newline="\r\n", encoding="utf-8") as stream:
                _serve_one_mail(stream, lines)


def _serve_one_mail(stream, lines):
    def say(text):
        stream.write(text + "\r\n")
        stream.flush()

    say("220 mail.example")
    is_data = False
    for line in stream:
        text = line.rstrip("\r\n")
        lines.append(text)
        if is_data:
            is_data = text != "."
            if not is_data:
                say("250 taken")
        elif text.lower() == "data":
            is_data = True
            say("354 go on")
        else:
            say("221 bye" if text.lower() == "quit" else "250 yes")
            if text.lower() == "quit":
                return


def set_webhook(server, team, url):
    teams = {item.name: item.id for item in server.context.accounts.teams()}
    return server.context.contacts.set(teams[team] if team else None, "webhook", url, datetime.now(UTC))


def make_due(server):
    with server.context.database.write_transaction() as connection:
        waiting = deliveries.c.due.is_not(None)
        connection.execute(update(deliveries).where(waiting).values(due=datetime.now(UTC) - timedelta(seconds=1)))


@pytest.fixture
def notified(sqlite_server):
    """A server that may send to this machine, and its notifier."""
    sqlite_server.context.messages = MessageConfig(networks=LOOPBACK)
    return sqlite_server, notifier_of(sqlite_server.app)


def test_a_scored_submission_is_told_once_signed_and_without_private_scores(notified, hook):
    server, notifier = notified
    client = server.api_client("Alpha")
    server.submit_and_score(client, server.submission_file(0.2))  # before the hook was set
    contact = set_webhook(server, "Alpha", hook.url)
    scored = server.submit_and_score(client, server.submission_file(0.35))
    server.submit_and_score(client, b"nonsense")
    server.submit_and_score(server.api_client("Beta"), server.submission_file(0.6))
    assert (notifier.send_due(), notifier.send_due()) == (2, 0)
    (path, headers, body), (_, _, rejected) = hook.requests
    assert path == "/hook"
    assert headers[SIGNATURE] == sign(contact.secret, headers[TIMESTAMP], body)
    document = json.loads(body)
    assert (document["event"], document["team"], document["number"]) == ("submission.scored", "Alpha", 2)
    assert document["public_score"] == scored["scores"]["public"]["map@100"]
    (entry,) = [item for item in server.app.state.site.store.entries() if item.identity == "Alpha #2"]
    assert entry.score("private") != entry.score("public")
    assert repr(entry.score("private")) not in body.decode()
    assert repr(entry.score("all")) not in body.decode()
    assert json.loads(rejected)["event"] == "submission.rejected"
    assert json.loads(rejected)["report"]


def test_the_webhook_of_the_admins_is_told_about_all_teams(notified, hook):
    server, notifier = notified
    set_webhook(server, None, hook.url)
    for name in ("Alpha", "Beta"):
        server.submit_and_score(server.api_client(name), server.submission_file(0.4))
    assert notifier.send_due() == 2
    assert {json.loads(body)["team"] for _, _, body in hook.requests} == {"Alpha", "Beta"}


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_message_is_tried_again_after_ever_longer_pauses_and_no_redirect_is_followed(notified, hook, status):
    server, notifier = notified
    hook.status, client = status, server.api_client("Alpha")
    contact = set_webhook(server, "Alpha", hook.url)
    server.submit_and_score(client, server.submission_file(0.4))
    pauses = []
    for _ in range(MAX_ATTEMPTS):
        assert (notifier.send_due(), notifier.send_due()) == (1, 0)
        (state,) = server.context.deliveries.latest(contact)
        pauses.append(state.due and round((state.due - state.tried).total_seconds()))
        make_due(server)
    assert notifier.send_due() == 0
    assert pauses == [30, 120, 480, 1920, 7680, None]
    assert state.error == f"the server answered with status {status}"
    assert {path for path, _, _ in hook.requests} == {"/hook"}


def test_a_private_address_is_not_reached_unless_it_is_allowed(sqlite_server, hook):
    notifier, client = notifier_of(sqlite_server.app), sqlite_server.api_client("Alpha")
    for url in (hook.url.replace("http:", "https:"), f"https://localhost:{hook.server_port}/"):
        contact = set_webhook(sqlite_server, "Alpha", url)
        sqlite_server.submit_and_score(client, sqlite_server.submission_file(0.4, mark=len(url)))
        notifier.send_due()
        (state,) = sqlite_server.context.deliveries.latest(contact)
        assert state.error == "the host is not on the public Internet"
    assert hook.requests == []


def test_a_webhook_that_does_not_answer_is_given_up_in_time(notified, monkeypatch):
    server, notifier = notified
    monkeypatch.setattr(webhook, "TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        contact = set_webhook(server, None, f"http://127.0.0.1:{silent.getsockname()[1]}/")
        server.submit_and_score(server.api_client("Alpha"), server.submission_file(0.4))
        assert notifier.send_due() == 1
    (state,) = server.context.deliveries.latest(contact)
    assert state.error == "no answer in time"


def test_mail_is_sent_to_an_address_that_was_confirmed(sqlite_server):
    client = sqlite_server.api_client("Alpha")
    (team,) = sqlite_server.context.accounts.teams()
    with mail_server() as (port, lines):
        server = MailServer("127.0.0.1", port, is_tls=False, user="", password="", sender="bot@mail.example")
        sqlite_server.context.messages = MessageConfig(server)
        notifier, contacts = notifier_of(sqlite_server.app), sqlite_server.context.contacts
        contact = contacts.set(team.id, "mail", "ann@lab.example", datetime.now(UTC))
        sqlite_server.submit_and_score(client, sqlite_server.submission_file(0.4))
        assert notifier.send_due() == 1
        assert f"Code: {contact.code}" in lines
        assert not contacts.confirm(team.id, "0")
        assert contacts.confirm(team.id, contact.code)
        assert not contacts.confirm(team.id, contact.code)
        lines.clear()
        assert notifier.send_due() == 1
    assert "rcpt TO:<ann@lab.example>" in lines
    assert any(line.startswith("Subject: [landmark] Alpha #1 scored") for line in lines)
    assert any(line.startswith("Public mAP@100: 0.") for line in lines)


def test_a_mail_server_that_is_down_is_reported(sqlite_server):
    sqlite_server.context.messages = MessageConfig(
        replace(MailServer("127.0.0.1", 9, is_tls=False, user="", password="", sender="bot@mail.example"))
    )
    contact = sqlite_server.context.contacts.set(None, "mail", "ann@lab.example", datetime.now(UTC))
    assert notifier_of(sqlite_server.app).send_due() == 1
    (state,) = sqlite_server.context.deliveries.latest(contact)
    assert state.error == "the mail server did not take the message (ConnectionRefusedError)"
