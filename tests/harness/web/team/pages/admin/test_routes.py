"""Tests of `harness.web.team.pages.admin.routes`."""

from datetime import UTC, datetime

import pytest

from tests.factories.teams import form_token

NAMES = ["<script>alert(1)</script>", "'; DROP TABLE teams; --", '" onmouseover="alert(1)', "{{ 7 * 7 }}", "日本語 🗿"]


@pytest.fixture
def admin(server):
    """A function that posts a form of the admin page; its attribute `page` returns the HTML of the page."""
    browser = server.browser_client(None)
    token = form_token(browser, "/admin")

    def post(path, **fields):
        return browser.post(f"/admin/{path}", data={"form_token": token, **fields})

    post.page = lambda: browser.get("/admin").text
    return post


def new_token(response):
    """Return the token that a response shows."""
    assert response.status_code == 200
    return response.text.partition('<div class="new-token"')[2].partition("<code>")[2].partition("</code>")[0]


def test_the_token_of_a_new_team_is_shown_once_and_is_valid(server, admin):
    token = new_token(admin("teams", name="Alpha"))
    client = server.anonymous_client({"Authorization": f"Bearer {token}"})
    assert client.get("/api/v1/me").json() == {"team": "Alpha"}
    assert token not in admin.page()
    assert "Alpha" in admin.page()


@pytest.mark.parametrize("name", NAMES)
def test_team_names_are_escaped_on_every_page(server, admin, name):
    token = new_token(admin("teams", name=name))
    client = server.anonymous_client({"Authorization": f"Bearer {token}"})
    server.submit_and_score(client, server.submission_file(), message=name, file_name=name.replace("/", ""))
    browser = server.anonymous_client({"Origin": "http://testserver"})
    browser.post("/sign-in", data={"token": token})
    (submission,) = server.context.submissions.find_all()
    assert "{{ 7 * 7 }}" in browser.get("/submissions").text or "7 * 7" not in name
    board = f"/c/{server.key}/retrieval/public"
    for page in (
        admin.page(),
        *(browser.get(path).text for path in ("/", "/submissions", f"/submissions/{submission.id}", board)),
    ):
        assert "<script>alert" not in page
        assert 'onmouseover="alert' not in page
        assert "<title>" in page


@pytest.mark.parametrize("name", ["", "x" * 10_000, "\u202egnp", "Alpha", "first_place"])
def test_an_invalid_team_name_is_rejected(admin, name):
    admin("teams", name="Alpha")
    response = admin("teams", name=name)
    assert response.status_code == 409
    assert "<code>landmark_" not in response.text


def test_tokens_of_teams_and_admins_are_created_and_revoked(server, admin):
    admin("teams", name="Alpha")
    token, other_admin = new_token(admin("tokens", team="Alpha")), new_token(admin("tokens", team=""))
    for value, team in ((token, "Alpha"), (other_admin, None)):
        client = server.anonymous_client({"Authorization": f"Bearer {value}"})
        assert client.get("/api/v1/me").json() == {"team": team}
        assert admin(f"tokens/{value.split('_')[1]}/revoke").status_code == 303
        assert client.get("/api/v1/me").status_code == 401


def test_an_admin_cannot_revoke_the_token_of_the_session(server, admin):
    (token,) = server.context.accounts.tokens()
    assert admin(f"tokens/{token.prefix}/revoke").status_code == 409
    assert admin("tokens/x/revoke").status_code == admin("tokens/%00/revoke").status_code == 422


def test_the_rules_of_a_competition_are_saved(server, admin):
    where = f"competitions/{server.key}"
    assert admin(where, deadline="2030-01-02T03:04", daily_limit="7", ladder="on").status_code == 303
    rules = server.context.rules.get(server.key)
    assert (rules.deadline, rules.daily_limit, rules.ladder) == (datetime(2030, 1, 2, 3, 4, tzinfo=UTC), 7, True)
    assert 'value="2030-01-02T03:04"' in admin.page()
    assert admin(where, deadline="", daily_limit="5").status_code == 303
    assert server.context.rules.get(server.key).deadline is None
    assert not server.context.rules.get(server.key).ladder


def test_the_offset_of_a_deadline_is_converted_to_utc(server, admin):
    expected = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
    for text in (
        *("2030-01-02T03:04", "2030-01-02 03:04", "2030-01-02T03:04Z", "2030-01-02T03:04+00:00"),
        *("2030-01-02T05:04+02:00", "2030-01-01T22:04-05:00", "2030-01-02T08:34+0530", "2030-01-02T03:04:00.000"),
    ):
        assert admin(f"competitions/{server.key}", deadline=text, daily_limit="5").status_code == 303
        assert server.context.rules.get(server.key).deadline == expected, text


def test_the_seconds_of_a_deadline_stay_in_the_form(server, admin):
    admin(f"competitions/{server.key}", deadline="2030-01-02T23:59:59", daily_limit="5")
    assert 'value="2030-01-02T23:59:59"' in admin.page()


def test_a_deadline_that_is_not_understood_is_rejected(server, admin):
    admin(f"competitions/{server.key}", deadline="2030-01-02T03:04", daily_limit="5")
    for text in (
        *("2030-01-02", "20300102", "2030-W01-1", "2030-01-02T03", "2030-13-02T03:04", "2030-01-02T25:00", "03:04"),
        *("2030-01-02T03:04 Europe/Berlin", "2030-01-02T03:04 CET", "2030-01-02T03:04+25:00", "02.01.2030 03:04"),
        *("0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "1893553440", "never", "2030-01-02T03:04 02:00"),
    ):
        response = admin(f"competitions/{server.key}", deadline=text, daily_limit="5")
        assert response.status_code == 422, text
    assert server.context.rules.get(server.key).deadline == datetime(2030, 1, 2, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"daily_limit": "x"}, 422),
        ({"daily_limit": ""}, 422),
        ({"daily_limit": "0"}, 409),
        ({"daily_limit": "9" * 30}, 422),
        ({"daily_limit": "5", "deadline": "tomorrow"}, 422),
        ({"daily_limit": "5", "deadline": "x" * 10_000}, 422),
    ],
)
def test_invalid_rules_are_rejected(server, admin, fields, status):
    assert admin(f"competitions/{server.key}", **fields).status_code == status
    assert server.context.rules.get(server.key).daily_limit == 5
    assert admin("competitions/nothing", daily_limit="1").status_code == 404


def test_a_submission_is_hidden_shown_again_and_retried(server, admin):
    client = server.api_client("Alpha")
    submission = server.submit_and_score(client, server.submission_file())
    assert admin(f"submissions/{submission['id']}/hide", reason="two <b>accounts</b>").status_code == 303
    assert "two &lt;b&gt;accounts" in admin.page()
    assert server.context.submissions.find(submission["id"]).hidden == "two <b>accounts</b>"
    admin(f"submissions/{submission['id']}/show")
    assert server.context.submissions.find(submission["id"]).hidden is None
    server.submit(client, server.submission_file(0.5))
    claim = server.context.queue.claim(datetime.now(UTC))
    server.context.queue.fail(claim, "no reason")
    assert ">Retry<" in admin.page()
    admin(f"submissions/{claim.submission.id}/retry")
    assert server.score_all() == 1
    assert admin("submissions/nothing/hide").status_code == 404
    assert admin(f"submissions/{submission['id']}/delete").status_code == 422


def test_a_page_asks_before_a_token_is_revoked(server, admin):
    admin("teams", name="<b>Alpha</b>")
    (row,) = [row for row in server.context.accounts.tokens() if row.team]
    assert f"/admin/tokens/{row.prefix}/revoke" in admin.page()
    browser = server.browser_client(None)
    page = browser.get(f"/admin/tokens/{row.prefix}/revoke").text
    assert "&lt;b&gt;Alpha" in page
    assert not any(each.revoked for each in server.context.accounts.tokens())
    admin(f"tokens/{row.prefix}/revoke")
    assert browser.get(f"/admin/tokens/{row.prefix}/revoke").status_code == 404
