from collections.abc import Callable

import pytest
from fastapi import APIRouter, Request
from fastapi.testclient import TestClient

from harness.errors import DataError
from harness.web.assets import assets
from harness.web.context import TheDesk
from harness.web.permissions import Viewer
from harness.web.rendering import Link
from leaderboard.errors import StoreError

Browse = Callable[..., TestClient]

faulty = APIRouter()


@faulty.get("/faulty/{how}")
def fail(how: str) -> None:
    raise {"user": DataError("x.csv: is no table"), "store": StoreError("db is locked"), "bug": KeyError("s3cret")}[how]


@pytest.mark.parametrize("address", ["/", "/nothing/here", "/faulty/bug", "/faulty/user", "/static/none.css"])
def test_every_answer_says_that_nothing_from_elsewhere_may_run_frame_or_be_sent_to(
    browse: Browse, address: str
) -> None:
    headers = browse(routers=[faulty]).get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_hold_no_script_and_no_style_of_their_own(browse: Browse) -> None:
    text = browse().get("/").text
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick=" not in text
    assert text.count("<script src=") == text.count("<script") == 2


def test_what_is_asked_for_by_a_foreign_name_is_refused(browse: Browse) -> None:
    assert browse().get("/", headers={"Host": "evil.example"}).status_code == 400


def test_an_address_of_nothing_is_a_page_of_one_line(browse: Browse) -> None:
    answer = browse().get("/no/such/page")
    assert answer.status_code == 404
    assert "there is nothing at this address" in answer.text


def test_programs_are_told_in_json(browse: Browse) -> None:
    answer = browse().get("/api/nothing")
    assert (answer.status_code, answer.json()) == (404, {"error": "there is nothing at this address"})


@pytest.mark.parametrize(
    ("how", "status", "message"), [("user", 409, "x.csv: is no table"), ("store", 503, "db is locked")]
)
def test_what_people_can_mend_is_told_them(browse: Browse, how: str, status: int, message: str) -> None:
    answer = browse(routers=[faulty]).get(f"/faulty/{how}")
    assert answer.status_code == status
    assert message in answer.text


def test_what_nobody_foresaw_is_kept_to_the_log(browse: Browse, caplog: pytest.LogCaptureFixture) -> None:
    answer = browse(routers=[faulty]).get("/faulty/bug")
    assert answer.status_code == 500
    assert "s3cret" not in answer.text
    assert "/faulty/bug" in caplog.text


def test_styles_are_kept_for_good_under_a_name_of_their_content_and_pages_are_not(browse: Browse) -> None:
    client = browse()
    answer = client.get(f"/static/{assets()['site.css'].address_name}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.content == assets()["site.css"].content
    assert client.get("/").headers["cache-control"] == "no-store"
    assert client.get("/static/site.css").status_code == 404


def test_who_looks_and_what_their_menu_holds_comes_from_outside(browse: Browse) -> None:
    class Team(Viewer):
        name = "<b>ours"

    def whoever(request: Request) -> Viewer:
        return Team() if request.headers.get("x-team") else Viewer()

    pages = APIRouter()

    @pages.get("/about")
    def about(desk: TheDesk) -> object:
        return desk.page("message.html", "About", heading="About", message="us")

    def menu(viewer: Viewer) -> list[Link]:
        return [Link("Submit", "/submit")] if viewer.name else []

    client = browse(routers=[pages], viewer_of=whoever, menu_of=menu)
    assert "Submit" not in client.get("/about").text
    shown = client.get("/about", headers={"x-team": "1"}).text
    assert "Submit" in shown
    assert "&lt;b&gt;ours" in shown
