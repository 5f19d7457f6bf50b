"""Tests of `harness.web.team.pages.submissions.routes`."""

import pytest

from tests.factories.teams import form_token


def test_a_team_sees_its_limit_and_its_submissions(sqlite_server):
    client, browser = sqlite_server.api_client("Alpha"), sqlite_server.browser_client("Alpha")
    assert browser.get("/submissions").text.count("5 of 5 left today") == 2
    assert "No submissions yet" in browser.get("/submissions").text
    sqlite_server.submit_and_score(client, sqlite_server.submission_file(1.0), message="all of them")
    sqlite_server.submit_and_score(client, b"nonsense")
    page = browser.get("/submissions").text
    assert "4 of 5 left today" in page
    assert "1.00000" in page
    assert "all of them" in page
    assert ">rejected</span>" in page


def test_the_page_of_a_rejected_submission_lists_all_faults(sqlite_server):
    document = sqlite_server.submit_and_score(
        sqlite_server.api_client("Alpha"), sqlite_server.submission_file() + b"nobody,x\n,\nnobody,y\n"
    )
    page = sqlite_server.browser_client("Alpha").get(f"/submissions/{document['id']}").text
    assert page.count("<li><bdi>") == len(document["report"]) > 2
    assert "Faults of the file" in page


@pytest.mark.parametrize(("closed", "parts"), [(False, ["public"]), (True, ["all", "public", "private"])])
def test_the_page_of_a_submission_shows_the_visible_parts(sqlite_server, closed, parts):
    document = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    if closed:
        sqlite_server.close_competition()
    page = sqlite_server.browser_client("Alpha").get(f"/submissions/{document['id']}").text
    assert [part for part in ("all", "public", "private") if f'<th scope="row">{part}</th>' in page] == parts


def test_a_team_chooses_its_finals_until_the_deadline(sqlite_server):
    client, browser = sqlite_server.api_client("Alpha"), sqlite_server.browser_client("Alpha")
    ids = [
        sqlite_server.submit_and_score(client, sqlite_server.submission_file(share))["id"] for share in (0.2, 0.4, 0.6)
    ]
    where, token = f"/submissions/finals/{sqlite_server.key}/retrieval", form_token(browser)

    def choose(*finals):
        return browser.post(where, data={"form_token": token, "final": list(finals)}).status_code

    assert choose(ids[0], ids[2]) == 303
    assert browser.get("/submissions").text.count(" checked") == 2
    assert choose(*ids) == 409
    assert choose("x") == 409
    sqlite_server.close_competition()
    assert choose(ids[1]) == 409
    page = browser.get("/submissions").text
    assert page.count(" checked disabled") == 2
    assert "Closed since" in page
    assert ">Submit<" not in page


def test_an_admin_cannot_submit_but_opens_submissions_of_teams(sqlite_server):
    document = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    admin = sqlite_server.browser_client(None)
    assert admin.get("/submissions").status_code == 403
    assert "Alpha" in admin.get(f"/submissions/{document['id']}").text
    assert admin.get(f"/submissions/{document['id']}/file").content == sqlite_server.submission_file()


def test_a_deleted_file_returns_404(sqlite_server):
    document = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    sqlite_server.context.uploads.delete(document["id"])
    assert sqlite_server.browser_client("Alpha").get(f"/submissions/{document['id']}/file").status_code == 404
