"""Tests of `harness.web.team.access`, `harness.web.team.authenticator`, `harness.web.team.slow_down`,
`harness.web.same_origin`, `harness.web.forms`, `harness.web.error_pages` and `harness.web.team.pages.sign_in.routes`: authentication, delays and CSRF protection."""

import pytest
from fastapi import HTTPException
from fastapi.routing import iter_route_contexts

from harness.web.team.access import COOKIE
from harness.web.team.slow_down import FREE_FAILURES, MAX_DELAY_S, SlowDown
from tests.factories.teams import HOME, form_token

PAGES = ["/", "/submissions", "/admin", "/c/x/retrieval", "/e/1", "/submissions/" + "0" * 32, "/nothing"]
API_PATHS = ["/api/v1/me", "/api/v1/competitions", "/api/v1/submissions", "/api/v1/submissions/" + "0" * 32]


def test_an_unauthenticated_client_sees_only_the_sign_in_page(server):
    client = server.anonymous_client()
    assert client.get("/sign-in").status_code == 200
    for page in PAGES:
        response = client.get(page)
        assert (response.status_code, response.headers.get("location")) in ((303, "/sign-in"), (404, None)), page
        assert server.key not in response.text
    for address in API_PATHS:
        response = client.get(address)
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")


def test_every_route_requires_authentication(sqlite_server):
    client = sqlite_server.anonymous_client({"Origin": HOME})
    for route in iter_route_contexts(sqlite_server.app.routes):
        path = route.path.replace("{task}", "retrieval").replace("{tab}", "public")
        path = path.replace("{", "").replace("}", "")
        for method in route.methods:
            if path in ("/sign-in", "/api/v1/openapi.json") or path.startswith("/static/"):
                continue
            assert client.request(method, path).status_code in (303, 401), (method, path)


def test_signing_out_ends_the_session(server):
    browser = server.browser_client("Alpha")
    assert browser.get("/submissions").status_code == 200
    token = form_token(browser)
    cookie = browser.cookies[COOKIE]
    assert browser.post("/sign-out", data={"form_token": token}).headers["location"] == "/sign-in"
    browser.cookies.set(COOKIE, cookie)
    assert browser.get("/submissions").status_code == 303


def test_the_session_cookie_is_http_only_and_same_site(sqlite_server):
    response = sqlite_server.anonymous_client({"Origin": HOME}).post(
        "/sign-in", data={"token": sqlite_server.token("Alpha")}
    )
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    assert sqlite_server.token("Alpha").rpartition("_")[2] not in cookie


def test_the_session_cookie_is_secure_over_https(sqlite_server):
    browser = sqlite_server.anonymous_client({"Origin": "https://testserver"})
    browser.base_url = "https://testserver"
    response = browser.post("/sign-in", data={"token": sqlite_server.token("Alpha")})
    assert "secure" in response.headers["set-cookie"].lower()


def test_the_api_accepts_tokens_only_and_pages_accept_sessions_only(sqlite_server):
    browser, client = sqlite_server.browser_client("Alpha"), sqlite_server.api_client("Alpha")
    assert browser.get("/api/v1/me").status_code == 401
    assert client.get("/submissions").status_code == 303
    assert client.get("/api/v1/me").json() == {"team": "Alpha"}
    assert sqlite_server.api_client(None).get("/api/v1/me").json() == {"team": None}


def test_a_revoked_token_is_rejected_at_once_although_it_was_verified_before(server):
    client = server.api_client("Alpha")
    assert client.get("/api/v1/me").status_code == 200
    (token,) = server.context.accounts.tokens()
    server.context.accounts.revoke(token.prefix, token.created)
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "landmark_" + "0" * 12 + "_" + "0" * 40, "' OR 1=1 --", "ü"])
def test_an_invalid_token_is_rejected(sqlite_server, token):
    sqlite_server.token("Alpha")
    response = sqlite_server.anonymous_client({"Origin": HOME}).post("/sign-in", data={"token": token})
    assert response.status_code == 401
    assert 'name="token"' in response.text
    assert 'role="alert">' in response.text
    assert "set-cookie" not in response.headers


def wrong_token(right):
    return right.rpartition("_")[0] + "_" + "0" * 40


@pytest.fixture
def naps(monkeypatch):
    """The delays of tries, which are not waited for."""
    slept = []
    monkeypatch.setattr("harness.web.team.slow_down.time.sleep", slept.append)
    return slept


def test_invalid_tokens_are_slowed_down_ever_more_and_refused(sqlite_server, naps):
    client, right = sqlite_server.anonymous_client({"Origin": HOME}), sqlite_server.token("Alpha")
    tries = [client.post("/sign-in", data={"token": wrong_token(right)}) for _ in range(12)]
    assert [answer.status_code for answer in tries] == [401] * 5 + [429] * 7
    waits = [int(answer.headers["retry-after"]) for answer in tries[5:]]
    assert waits == sorted(waits)
    assert waits[-1] > 100
    assert naps == sorted(naps)
    assert naps[-1] == MAX_DELAY_S


@pytest.mark.parametrize("other_prefix", [False, True])
def test_a_right_token_is_accepted_after_wrong_ones_from_its_own_address(sqlite_server, naps, other_prefix):
    client, right = sqlite_server.anonymous_client({"Origin": HOME}), sqlite_server.token("Alpha")
    wrong = wrong_token(sqlite_server.token("Beta") if other_prefix else right)
    for _ in range(30):
        client.get("/api/v1/me", headers={"Authorization": f"Bearer {wrong}"})
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {right}"}).status_code == 200
    assert naps.pop() <= MAX_DELAY_S
    naps.clear()
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {right}"}).status_code == 200
    assert naps == []


def test_wrong_tokens_of_one_address_do_not_delay_another(sqlite_server, naps):
    authenticator, right = sqlite_server.context.authenticator, sqlite_server.token("Alpha")
    for _ in range(30):
        with pytest.raises(HTTPException):
            authenticator.by_token(wrong_token(right), "10.0.0.1")
    naps.clear()
    assert authenticator.by_token(right, "10.0.0.2").team.name == "Alpha"
    assert naps == []


def test_only_one_try_of_a_slow_address_waits_at_a_time(sqlite_server, monkeypatch):
    authenticator, right = sqlite_server.context.authenticator, sqlite_server.token("Alpha")
    seen = []

    def second_try(_):
        if not seen:
            seen.append(None)
            with pytest.raises(HTTPException) as refused:
                authenticator.by_token(wrong_token(right), "2001:db8::2")
            seen.append(refused.value.status_code)

    for _ in range(FREE_FAILURES):
        with pytest.raises(HTTPException):
            authenticator.by_token(wrong_token(right), "2001:db8::1")
    monkeypatch.setattr("harness.web.team.slow_down.time.sleep", second_try)
    assert authenticator.by_token(right, "2001:db8::1").team.name == "Alpha"
    assert seen == [None, 429]


def test_the_counts_of_wrong_tokens_are_bounded():
    slow_down = SlowDown()
    for number in range(20_000):
        slow_down.add_failure(f"10.{number // 62500}.{number // 250 % 250}.{number % 250}", f"{number:012x}")
    assert len(slow_down._failures) == len(slow_down._prefix_failures) == 10_000


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
def test_a_form_from_another_site_is_rejected(sqlite_server, headers):
    signed_in = sqlite_server.browser_client(None)
    token = form_token(signed_in, "/admin")
    forged = sqlite_server.anonymous_client(headers)
    forged.cookies.set(COOKIE, signed_in.cookies[COOKIE])
    assert forged.post("/admin/teams", data={"name": "Evil", "form_token": token}).status_code == 403
    assert forged.post("/sign-in", data={"token": sqlite_server.token("Alpha")}).status_code == 403
    assert [team.name for team in sqlite_server.context.accounts.teams()] == ["Alpha"]


@pytest.mark.parametrize("token", [None, "", "0" * 64, "ü"])
def test_a_form_without_the_csrf_token_is_rejected(sqlite_server, token):
    browser = sqlite_server.browser_client(None)
    form = {"name": "Evil"} | ({} if token is None else {"form_token": token})
    assert browser.post("/admin/teams", data=form).status_code == 403
    assert sqlite_server.context.accounts.teams() == []


def test_the_csrf_token_of_another_session_is_rejected(sqlite_server):
    one, two = sqlite_server.browser_client(None), sqlite_server.browser_client(None)
    token = form_token(one, "/admin")
    assert two.post("/admin/teams", data={"name": "Evil", "form_token": token}).status_code == 403
    assert one.post("/admin/teams", data={"name": "Good", "form_token": token}).status_code == 200


def test_a_form_that_is_too_large_is_rejected(sqlite_server):
    browser = sqlite_server.browser_client(None)
    assert browser.post("/admin/teams", data={"name": "x" * 100_000}).status_code == 413
    assert browser.post("/admin/teams", data={f"f{number}": "" for number in range(2_000)}).status_code == 400


def test_a_team_cannot_use_admin_pages(sqlite_server):
    browser = sqlite_server.browser_client("Alpha")
    token = form_token(browser)
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
