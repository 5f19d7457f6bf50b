from datetime import UTC, datetime

import pytest

NAMES = ["<script>alert(1)</script>", "'; DROP TABLE teams; --", '" onmouseover="alert(1)', "{{ 7 * 7 }}", "日本語 🗿"]


@pytest.fixture
def admin(server):
    """Posts a form of the admin page; gives the answer."""
    browser = server.browser_client(None)
    token = browser.get("/admin").text.partition('name="form_token" value="')[2].partition('"')[0]

    def post(path, **fields):
        return browser.post(f"/admin/{path}", data={"form_token": token, **fields})

    post.page = lambda: browser.get("/admin").text
    return post


def made_token(answer):
    """The token that an answer shows."""
    assert answer.status_code == 200
    return answer.text.partition('<div class="made"')[2].partition("<code>")[2].partition("</code>")[0]


def test_a_team_gets_its_token_once_and_comes_in_by_it(server, admin):
    token = made_token(admin("teams", name="Alpha"))
    program = server.anonymous_client({"Authorization": f"Bearer {token}"})
    assert program.get("/api/v1/me").json() == {"team": "Alpha"}
    assert token not in admin.page()
    assert "Alpha" in admin.page()


@pytest.mark.parametrize("name", NAMES)
def test_names_are_text_on_every_page(server, admin, name):
    token = made_token(admin("teams", name=name))
    program = server.anonymous_client({"Authorization": f"Bearer {token}"})
    server.submit_and_score(program, server.submission_file(), message=name, file_name=name.replace("/", ""))
    browser = server.anonymous_client({"Origin": "http://testserver"})
    browser.post("/sign-in", data={"token": token})
    (made,) = server.context.submissions.of()
    assert "{{ 7 * 7 }}" in browser.get("/submissions").text or "7 * 7" not in name
    board = f"/c/{server.key}/retrieval/public"
    for page in (
        admin.page(),
        *(browser.get(path).text for path in ("/", "/submissions", f"/submissions/{made.id}", board)),
    ):
        assert "<script>alert" not in page
        assert 'onmouseover="alert' not in page
        assert "<title>" in page


@pytest.mark.parametrize("name", ["", "x" * 10_000, "\u202egnp", "Alpha", "first_place"])
def test_a_name_that_cannot_be_is_told_in_one_line(admin, name):
    admin("teams", name="Alpha")
    answer = admin("teams", name=name)
    assert answer.status_code == 409
    assert "<code>landmark_" not in answer.text


def test_tokens_are_made_for_teams_and_admins_and_revoked(server, admin):
    admin("teams", name="Alpha")
    token, other_admin = made_token(admin("tokens", team="Alpha")), made_token(admin("tokens", team=""))
    for each, team in ((token, "Alpha"), (other_admin, None)):
        program = server.anonymous_client({"Authorization": f"Bearer {each}"})
        assert program.get("/api/v1/me").json() == {"team": team}
        assert admin(f"tokens/{each.split('_')[1]}/revoke").status_code == 303
        assert program.get("/api/v1/me").status_code == 401


def test_an_admin_cannot_lock_the_door_behind_itself(server, admin):
    (own,) = server.context.accounts.tokens()
    assert admin(f"tokens/{own.prefix}/revoke").status_code == 409
    assert admin("tokens/x/revoke").status_code == admin("tokens/%00/revoke").status_code == 422


def test_rules_are_changed(server, admin):
    where = f"competitions/{server.key}"
    assert admin(where, deadline="2030-01-02T03:04", daily_limit="7", ladder="on").status_code == 303
    rules = server.context.rules.of(server.key)
    assert (rules.deadline, rules.daily_limit, rules.ladder) == (datetime(2030, 1, 2, 3, 4, tzinfo=UTC), 7, True)
    assert 'value="2030-01-02T03:04"' in admin.page()
    assert admin(where, deadline="", daily_limit="5").status_code == 303
    assert server.context.rules.of(server.key).deadline is None
    assert not server.context.rules.of(server.key).ladder


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
def test_rules_that_make_no_sense_change_nothing(server, admin, fields, status):
    assert admin(f"competitions/{server.key}", **fields).status_code == status
    assert server.context.rules.of(server.key).daily_limit == 5
    assert admin("competitions/nothing", daily_limit="1").status_code == 404


def test_a_submission_is_hidden_for_a_reason_shown_again_and_tried_again(server, admin):
    program = server.api_client("Alpha")
    made = server.submit_and_score(program, server.submission_file())
    assert admin(f"submissions/{made['id']}/hide", reason="two <b>accounts</b>").status_code == 303
    assert "two &lt;b&gt;accounts" in admin.page()
    assert server.context.submissions.find(made["id"]).hidden == "two <b>accounts</b>"
    admin(f"submissions/{made['id']}/show")
    assert server.context.submissions.find(made["id"]).hidden is None
    server.submit(program, server.submission_file(0.5))
    claim = server.context.queue.claim(datetime.now(UTC))
    server.context.queue.fail(claim, "no reason")
    assert "Try again" in admin.page()
    admin(f"submissions/{claim.submission.id}/retry")
    assert server.score_all() == 1
    assert admin("submissions/nothing/hide").status_code == 404
    assert admin(f"submissions/{made['id']}/delete").status_code == 422
