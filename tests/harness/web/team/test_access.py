"""Who is let in, how often one may knock, and what other sites can make a browser do."""

import pytest
from fastapi.routing import iter_route_contexts

from harness.web.team.access import COOKIE
from harness.web.team.authenticator import FAILURES_PER_MINUTE
from tests.factories.teams import HOME

PAGES = ["/", "/submissions", "/admin", "/c/x/retrieval", "/e/1", "/submissions/" + "0" * 32, "/nothing"]
PROGRAMS = ["/api/v1/me", "/api/v1/competitions", "/api/v1/submissions", "/api/v1/submissions/" + "0" * 32]


def test_strangers_see_the_sign_in_page_and_nothing_else(server):
    stranger = server.anonymous_client()
    assert stranger.get("/sign-in").status_code == 200
    for page in PAGES:
        answer = stranger.get(page)
        assert (answer.status_code, answer.headers.get("location")) in ((303, "/sign-in"), (404, None)), page
        assert server.key not in answer.text
    for address in PROGRAMS:
        answer = stranger.get(address)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_every_address_of_the_site_is_guarded(sqlite_server):
    stranger = sqlite_server.anonymous_client({"Origin": HOME})
    for route in iter_route_contexts(sqlite_server.app.routes):
        path = route.path.replace("{task}", "retrieval").replace("{tab}", "public")
        path = path.replace("{", "").replace("}", "")
        for method in route.methods:
            if path in ("/sign-in", "/api/v1/openapi.json") or path.startswith("/static/"):
                continue
            assert stranger.request(method, path).status_code in (303, 401), (method, path)


def test_a_token_signs_a_browser_in_and_out(server):
    browser = server.browser_client("Alpha")
    page = browser.get("/submissions")
    assert page.status_code == 200
    token = page.text.partition('name="form_token" value="')[2].partition('"')[0]
    kept = browser.cookies[COOKIE]
    assert browser.post("/sign-out", data={"form_token": token}).headers["location"] == "/sign-in"
    browser.cookies.set(COOKIE, kept)
    assert browser.get("/submissions").status_code == 303


def test_the_cookie_is_for_this_site_alone_and_no_script(sqlite_server):
    answer = sqlite_server.anonymous_client({"Origin": HOME}).post("/sign-in", data={"token": sqlite_server.token("Alpha")})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    assert sqlite_server.token("Alpha").rpartition("_")[2] not in cookie


def test_the_cookie_is_secure_where_the_site_is(sqlite_server):
    browser = sqlite_server.anonymous_client({"Origin": "https://testserver"})
    browser.base_url = "https://testserver"
    answer = browser.post("/sign-in", data={"token": sqlite_server.token("Alpha")})
    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_cookie_lets_no_program_in_and_a_token_opens_no_page(sqlite_server):
    browser, program = sqlite_server.browser_client("Alpha"), sqlite_server.api_client("Alpha")
    assert browser.get("/api/v1/me").status_code == 401
    assert program.get("/submissions").status_code == 303
    assert program.get("/api/v1/me").json() == {"team": "Alpha"}
    assert sqlite_server.api_client(None).get("/api/v1/me").json() == {"team": None}


def test_a_revoked_token_is_out_at_once_also_where_it_was_known(server):
    program = server.api_client("Alpha")
    assert program.get("/api/v1/me").status_code == 200
    (token,) = server.context.accounts.tokens()
    server.context.accounts.revoke(token.prefix, token.created)
    assert program.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "landmark_" + "0" * 12 + "_" + "0" * 40, "' OR 1=1 --", "ü"])
def test_no_other_token_lets_anyone_in(sqlite_server, token):
    sqlite_server.token("Alpha")
    answer = sqlite_server.anonymous_client({"Origin": HOME}).post("/sign-in", data={"token": token})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_who_guesses_is_shut_out_for_a_while_with_the_right_token_too(sqlite_server):
    stranger, right = sqlite_server.anonymous_client({"Origin": HOME}), sqlite_server.token("Alpha")
    for _ in range(FAILURES_PER_MINUTE):
        assert stranger.post("/sign-in", data={"token": "wrong"}).status_code == 401
    refused = stranger.post("/sign-in", data={"token": right})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert stranger.get("/api/v1/me", headers={"Authorization": f"Bearer {right}"}).status_code == 429


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://testserver:81"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_of_another_site_does_nothing(sqlite_server, headers):
    signed_in = sqlite_server.browser_client(None)
    page = signed_in.get("/admin").text
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    forged = sqlite_server.anonymous_client(headers)
    forged.cookies.set(COOKIE, signed_in.cookies[COOKIE])
    assert forged.post("/admin/teams", data={"name": "Evil", "form_token": token}).status_code == 403
    assert forged.post("/sign-in", data={"token": sqlite_server.token("Alpha")}).status_code == 403
    assert [team.name for team in sqlite_server.context.accounts.teams()] == ["Alpha"]


@pytest.mark.parametrize("token", [None, "", "0" * 64, "ü"])
def test_a_form_without_the_sessions_own_token_does_nothing(sqlite_server, token):
    browser = sqlite_server.browser_client(None)
    form = {"name": "Evil"} | ({} if token is None else {"form_token": token})
    assert browser.post("/admin/teams", data=form).status_code == 403
    assert sqlite_server.context.accounts.teams() == []


def test_the_token_of_one_sessions_forms_is_no_use_in_another(sqlite_server):
    one, two = sqlite_server.browser_client(None), sqlite_server.browser_client(None)
    token = one.get("/admin").text.partition('name="form_token" value="')[2].partition('"')[0]
    assert two.post("/admin/teams", data={"name": "Evil", "form_token": token}).status_code == 403
    assert one.post("/admin/teams", data={"name": "Good", "form_token": token}).status_code == 200


def test_a_form_that_holds_too_much_is_refused(sqlite_server):
    browser = sqlite_server.browser_client(None)
    assert browser.post("/admin/teams", data={"name": "x" * 100_000}).status_code == 413
    assert browser.post("/admin/teams", data={f"f{number}": "" for number in range(2_000)}).status_code == 400


def test_a_team_is_no_admin(sqlite_server):
    browser = sqlite_server.browser_client("Alpha")
    token = browser.get("/submissions").text.partition('name="form_token" value="')[2].partition('"')[0]
    assert browser.get("/admin").status_code == 404
    for path in (
        "teams",
        "tokens",
        f"tokens/{'0' * 12}/revoke",
        f"competitions/{sqlite_server.key}",
        f"submissions/{'0' * 32}/hide",
    ):
        assert browser.post(f"/admin/{path}", data={"form_token": token, "name": "x"}).status_code == 404, path
    assert len(sqlite_server.context.accounts.teams()) == 1
