import pytest


def form_token(browser):
    return browser.get("/submissions").text.partition('name="form_token" value="')[2].partition('"')[0]


def test_a_team_sees_what_it_may_do_and_what_it_has_done(quick):
    program, browser = quick.program("Alpha"), quick.browser("Alpha")
    assert browser.get("/submissions").text.count("5 of 5 left today") == 2
    assert "Nothing handed in yet" in browser.get("/submissions").text
    quick.scored(program, quick.answer(1.0), message="all of them")
    quick.scored(program, b"nonsense")
    page = browser.get("/submissions").text
    assert "4 of 5 left today" in page
    assert "1.00000" in page
    assert "all of them" in page
    assert ">rejected</span>" in page


def test_the_page_of_a_submission_tells_all_that_is_wrong_with_its_file(quick):
    told = quick.scored(quick.program("Alpha"), quick.answer() + b"nobody,x\n,\nnobody,y\n")
    page = quick.browser("Alpha").get(f"/submissions/{told['id']}").text
    assert page.count("<li><bdi>") == len(told["report"]) > 2
    assert "What is wrong with the file" in page


@pytest.mark.parametrize(("over", "shown"), [(False, ["public"]), (True, ["all", "public", "private"])])
def test_the_page_of_a_submission_shows_the_parts_that_may_be_seen(quick, over, shown):
    told = quick.scored(quick.program("Alpha"), quick.answer())
    if over:
        quick.end()
    page = quick.browser("Alpha").get(f"/submissions/{told['id']}").text
    assert [part for part in ("all", "public", "private") if f'<th scope="row">{part}</th>' in page] == shown


def test_finals_are_chosen_by_a_form_until_the_deadline(quick):
    program, browser = quick.program("Alpha"), quick.browser("Alpha")
    made = [quick.scored(program, quick.answer(share))["id"] for share in (0.2, 0.4, 0.6)]
    where, token = f"/submissions/finals/{quick.key}/retrieval", form_token(browser)

    def choose(*ids):
        return browser.post(where, data={"form_token": token, "final": list(ids)}).status_code

    assert choose(made[0], made[2]) == 303
    assert browser.get("/submissions").text.count(" checked") == 2
    assert choose(*made) == 409
    assert choose("x") == 409
    quick.end()
    assert choose(made[1]) == 409
    page = browser.get("/submissions").text
    assert page.count(" checked disabled") == 2
    assert "Over since" in page
    assert "Hand in" not in page


def test_an_admin_has_no_submissions_but_sees_those_of_teams(quick):
    told = quick.scored(quick.program("Alpha"), quick.answer())
    admin = quick.browser(None)
    assert admin.get("/submissions").status_code == 403
    assert "Alpha" in admin.get(f"/submissions/{told['id']}").text
    assert admin.get(f"/submissions/{told['id']}/file").content == quick.answer()


def test_a_file_that_is_gone_is_told(quick):
    told = quick.scored(quick.program("Alpha"), quick.answer())
    quick.teams.uploads.drop(told["id"])
    assert quick.browser("Alpha").get(f"/submissions/{told['id']}/file").status_code == 404
