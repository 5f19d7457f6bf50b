"""Tests of `harness.web.team.pages.messages.routes`."""

import pytest

from harness.web.team.messages.config import MailServer, MessageConfig
from harness.web.team.pages.messages.routes import MAX_CHANGES
from tests.factories.teams import form_token


@pytest.fixture
def team(sqlite_server):
    """A function that posts a form of the page as team Alpha."""
    browser = sqlite_server.browser_client("Alpha")
    token = form_token(browser, "/messages")

    def post(path, **fields):
        return browser.post(f"/messages/{path}", data={"form_token": token, **fields})

    post.page = lambda: browser.get("/messages").text
    return post


def test_the_key_of_a_webhook_is_shown_once_and_other_teams_see_nothing(sqlite_server, team):
    shown = team("webhook", address="https://chat.example/hook").text
    (alpha,) = sqlite_server.context.accounts.teams()
    contact = sqlite_server.context.contacts.of_team(alpha.id)["webhook"]
    assert contact.secret in shown
    assert contact.secret not in team.page()
    assert "https://chat.example/hook" in team.page()
    assert "chat.example" not in sqlite_server.browser_client("Beta").get("/messages").text
    assert "chat.example" not in sqlite_server.browser_client(None).get("/messages").text
    assert team("webhook", address="").status_code == 303
    assert sqlite_server.context.contacts.of_team(alpha.id) == {}


@pytest.mark.parametrize("address", ["http://chat.example", "https://user:x@chat.example", "javascript:alert(1)", "x"])
def test_an_address_that_is_no_webhook_is_rejected(team, address):
    assert team("webhook", address=address).status_code == 409


def test_a_mail_address_needs_a_mail_server_and_a_code(sqlite_server, team):
    assert team("mail", address="ann@lab.example").status_code == 409
    server = MailServer("127.0.0.1", 9, is_tls=False, user="", password="", sender="bot@mail.example")
    sqlite_server.context.messages = MessageConfig(server)
    assert team("mail", address="ann@lab.example\nBcc: x@y.example").status_code == 409
    assert "Code that was sent" in team("mail", address="ann@lab.example").text
    assert team("mail/confirm", code="x").status_code == 409
    (alpha,) = sqlite_server.context.accounts.teams()
    code = sqlite_server.context.contacts.of_team(alpha.id)["mail"].code
    assert team("mail/confirm", code=f" {code} ").status_code == 303
    assert "The address is confirmed" in team.page()


def test_changes_and_tries_of_codes_are_limited(team):
    statuses = [team("mail/confirm", code=str(number)).status_code for number in range(MAX_CHANGES + 1)]
    assert statuses == [409] * MAX_CHANGES + [429]
    assert team("webhook", address="https://chat.example/hook").status_code == 429
    assert team("webhook", address="").status_code == 303
