"""Tests of `harness.web.team.pages.competition.routes`, `harness.web.team.pages.texts.routes`,
`harness.web.team.competition_context`, `harness.web.team.default_texts`, `harness.web.team.page_texts` and
`harness.web.team.countdown`.
"""

from datetime import UTC, datetime, timedelta

import pytest

from leaderboard.team.texts import MAX_TEXT_LENGTH
from tests.factories.teams import form_token


@pytest.fixture
def admin(sqlite_server):
    """A function that posts the text of a page as an admin; it returns the response."""
    browser = sqlite_server.browser_client(None)
    token = form_token(browser, "/admin")

    def post(page, text, action="save", key=sqlite_server.key, token=token):
        where = f"/admin/competitions/{key}/texts/{page}"
        return browser.post(where, data={"form_token": token, "text": text, "action": action})

    return post


def test_pages_without_a_text_tell_metric_counts_and_limits(sqlite_server):
    sqlite_server.context.rules.set(sqlite_server.key, daily_limit=7, deadline=datetime(2099, 3, 1, 12, tzinfo=UTC))
    browser, where = sqlite_server.browser_client("Alpha"), f"/c/{sqlite_server.key}"
    assert "mAP@100, higher is better" in browser.get(where).text
    assert '<td class="number">' in browser.get(f"{where}/data").text
    rules = browser.get(f"{where}/rules").text
    assert "7 a day" in rules
    assert "2099-03-01 12:00 UTC" in rules


def test_a_text_of_an_admin_is_shown_to_teams_without_html(sqlite_server, admin):
    assert admin("rules", "# Be fair\r\n<script>alert(1)</script>\r\n").status_code == 303
    page = sqlite_server.browser_client("Alpha").get(f"/c/{sqlite_server.key}/rules").text
    assert "<h2>Be fair</h2>" in page
    assert "&lt;script&gt;alert(1)" in page
    admin("rules", "")
    assert "Be fair" not in sqlite_server.browser_client("Alpha").get(f"/c/{sqlite_server.key}/rules").text


def test_a_preview_stores_nothing_and_the_form_keeps_the_text(sqlite_server, admin):
    page = admin("data", "# New\r\n\r\n</textarea><b>bold</b>", action="preview").text
    assert "<h2>New</h2>" in page
    assert "# New\n\n&lt;/textarea&gt;&lt;b&gt;" in page
    assert sqlite_server.context.texts.get(sqlite_server.key, "data") == ""


def test_only_an_admin_with_a_form_of_the_session_writes_texts(sqlite_server, admin):
    assert admin("rules", "x", token="x").status_code == 403
    assert admin("nothing", "x").status_code == 422
    assert admin("rules", "x", key="nothing").status_code == 404
    assert admin("rules", "ä" * (MAX_TEXT_LENGTH + 1)).status_code == 409
    team = sqlite_server.browser_client("Alpha")
    data = {"form_token": form_token(team), "text": "x", "action": "save"}
    assert team.post(f"/admin/competitions/{sqlite_server.key}/texts/rules", data=data).status_code == 404
    assert sqlite_server.context.texts.get(sqlite_server.key, "rules") == ""


def test_the_list_of_competitions_tells_the_time_left_and_the_rank_of_the_team(sqlite_server):
    deadline = datetime.now(UTC) + timedelta(days=2, hours=5, minutes=30)
    sqlite_server.context.rules.set(sqlite_server.key, deadline=deadline)
    alpha, beta = sqlite_server.api_client("Alpha"), sqlite_server.api_client("Beta")
    sqlite_server.submit_and_score(alpha, sqlite_server.submission_file(0.4))
    sqlite_server.submit_and_score(beta, sqlite_server.submission_file(0.8))
    page = sqlite_server.browser_client("Alpha").get("/").text
    assert "in 2 days 5 h" in page
    assert "2 teams · your rank: <strong>2</strong>" in page
    assert "your rank" not in sqlite_server.browser_client(None).get("/").text
    sqlite_server.close_competition()
    assert "Closed since" in sqlite_server.browser_client("Alpha").get("/").text
