"""Tests of `harness.web.team.pages.submissions.routes` and `harness.web.team.pages.submissions.sections`."""

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
    assert [
        part
        for part in ("all", "public", "private")
        if f'<th scope="col" class="number">{part.capitalize()}</th>' in page
    ] == parts


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


def test_the_finals_that_counted_are_ticked_after_the_deadline(sqlite_server):
    client, browser = sqlite_server.api_client("Alpha"), sqlite_server.browser_client("Alpha")
    for share in (0.2, 0.9, 0.5):
        sqlite_server.submit_and_score(client, sqlite_server.submission_file(share))
    assert browser.get("/submissions").text.count(" checked") == 0
    sqlite_server.close_competition()
    page = browser.get("/submissions").text
    assert page.count(" checked disabled") == 2
    assert page.count(">automatic<") == 2
    assert "Your team made no submission to recognition" in page
    assert "landmark push" not in page


def test_the_best_submission_is_marked_and_the_scores_are_drawn(sqlite_server):
    client, browser = sqlite_server.api_client("Alpha"), sqlite_server.browser_client("Alpha")
    where = f"/c/{sqlite_server.key}/submissions"
    sqlite_server.submit_and_score(client, sqlite_server.submission_file(0.9), file_name="good.csv")
    assert "<svg" not in browser.get(where).text
    sqlite_server.submit_and_score(client, sqlite_server.submission_file(0.2), file_name="bad.csv")
    page = browser.get(where).text
    (best,) = page.split('class="top-score"')[1:]
    assert best.index("good.csv") < best.index("</tr>")
    assert "public mAP@100 of 2 submissions over time" in page


def test_description_and_links_are_edited_by_the_team_only(sqlite_server):
    document = sqlite_server.submit_and_score(
        sqlite_server.api_client("Alpha"), sqlite_server.submission_file(), message="first", links=["https://a.example"]
    )
    assert (document["message"], document["links"]) == ("first", ["https://a.example"])
    where, form = f"/submissions/{document['id']}", {"message": "two\r\n<b>lines</b>", "links": "https://b.example/x\n"}
    alpha, beta, admin = map(sqlite_server.browser_client, ("Alpha", "Beta", None))
    for browser, status in ((beta, 404), (admin, 403), (alpha, 303)):
        token = form_token(browser, "/messages")
        assert browser.post(f"{where}/description", data={**form, "form_token": token}).status_code == status
    page = alpha.get(where).text
    assert "two\n&lt;b&gt;lines&lt;/b&gt;</textarea>" in page
    assert '<a class="out" href="https://b.example/x" rel="noopener noreferrer nofollow">b.example/x</a>' in page
    assert "b.example/x" in admin.get(where).text
    token = form_token(alpha)
    wrong = {"form_token": token, "message": "", "links": "javascript:alert(1)"}
    assert alpha.post(f"{where}/description", data=wrong).status_code == 422
    params = {"message": "by the API", "links": ["https://c.example"]}
    changed = sqlite_server.api_client("Alpha").patch(f"/api/v1{where}", params=params).json()
    assert (changed["message"], changed["links"]) == ("by the API", ["https://c.example"])
    assert sqlite_server.api_client("Beta").patch(f"/api/v1{where}", params=params).status_code == 404
