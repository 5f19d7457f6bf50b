import pytest


def form_token(browser):
    return browser.get("/submissions").text.partition('name="form_token" value="')[2].partition('"')[0]


def test_a_team_sees_what_it_may_do_and_what_it_has_done(sqlite_server):
    program, browser = sqlite_server.api_client("Alpha"), sqlite_server.browser_client("Alpha")
    assert browser.get("/submissions").text.count("5 of 5 left today") == 2
    assert "Nothing handed in yet" in browser.get("/submissions").text
    sqlite_server.submit_and_score(program, sqlite_server.submission_file(1.0), message="all of them")
    sqlite_server.submit_and_score(program, b"nonsense")
    page = browser.get("/submissions").text
    assert "4 of 5 left today" in page
    assert "1.00000" in page
    assert "all of them" in page
    assert ">rejected</span>" in page


def test_the_page_of_a_submission_tells_all_that_is_wrong_with_its_file(sqlite_server):
    told = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), sqlite_server.submission_file() + b"nobody,x\n,\nnobody,y\n")
    page = sqlite_server.browser_client("Alpha").get(f"/submissions/{told['id']}").text
    assert page.count("<li><bdi>") == len(told["report"]) > 2
    assert "What is wrong with the file" in page


@pytest.mark.parametrize(("over", "shown"), [(False, ["public"]), (True, ["all", "public", "private"])])
def test_the_page_of_a_submission_shows_the_parts_that_may_be_seen(sqlite_server, over, shown):
    told = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    if over:
        sqlite_server.close_competition()
    page = sqlite_server.browser_client("Alpha").get(f"/submissions/{told['id']}").text
    assert [part for part in ("all", "public", "private") if f'<th scope="row">{part}</th>' in page] == shown


def test_finals_are_chosen_by_a_form_until_the_deadline(sqlite_server):
    program, browser = sqlite_server.api_client("Alpha"), sqlite_server.browser_client("Alpha")
    made = [sqlite_server.submit_and_score(program, sqlite_server.submission_file(share))["id"] for share in (0.2, 0.4, 0.6)]
    where, token = f"/submissions/finals/{sqlite_server.key}/retrieval", form_token(browser)

    def choose(*ids):
        return browser.post(where, data={"form_token": token, "final": list(ids)}).status_code

    assert choose(made[0], made[2]) == 303
    assert browser.get("/submissions").text.count(" checked") == 2
    assert choose(*made) == 409
    assert choose("x") == 409
    sqlite_server.close_competition()
    assert choose(made[1]) == 409
    page = browser.get("/submissions").text
    assert page.count(" checked disabled") == 2
    assert "Over since" in page
    assert "Hand in" not in page


def test_an_admin_has_no_submissions_but_sees_those_of_teams(sqlite_server):
    told = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    admin = sqlite_server.browser_client(None)
    assert admin.get("/submissions").status_code == 403
    assert "Alpha" in admin.get(f"/submissions/{told['id']}").text
    assert admin.get(f"/submissions/{told['id']}/file").content == sqlite_server.submission_file()


def test_a_file_that_is_gone_is_told(sqlite_server):
    told = sqlite_server.submit_and_score(sqlite_server.api_client("Alpha"), sqlite_server.submission_file())
    sqlite_server.context.uploads.delete(told["id"])
    assert sqlite_server.browser_client("Alpha").get(f"/submissions/{told['id']}/file").status_code == 404
