"""Tests of `harness.web.app`, `harness.web.context`, `harness.web.error_pages`,
`harness.web.security_headers` and `harness.web.permissions`.
"""

from collections.abc import Callable

import pytest
from fastapi import APIRouter, Request
from fastapi.testclient import TestClient

from harness.errors import DataError
from harness.web.assets import assets
from harness.web.context import PageContextDep
from harness.web.permissions import Permissions
from harness.web.site_page import SitePage
from leaderboard.errors import StoreError

Browse = Callable[..., TestClient]

faulty = APIRouter()


@faulty.get("/faulty/{how}")
def fail(how: str) -> None:
    raise {
        "user": DataError("x.csv: is no table"),
        "store": StoreError("db.sqlite is locked"),
        "bug": KeyError("s3cret"),
    }[how]


@pytest.mark.parametrize("address", ["/", "/nothing/here", "/faulty/bug", "/faulty/user", "/static/none.css"])
def test_every_response_has_the_security_headers(browse: Browse, address: str) -> None:
    headers = browse(pages=[SitePage(faulty)]).get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_have_no_inline_scripts_and_styles(browse: Browse) -> None:
    text = browse().get("/").text
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick=" not in text
    assert text.count("<script src=") == text.count("<script") == 3


def test_a_foreign_host_name_is_refused(browse: Browse) -> None:
    assert browse().get("/", headers={"Host": "evil.example"}).status_code == 400


def test_an_unknown_address_is_a_page_with_one_line(browse: Browse) -> None:
    answer = browse().get("/no/such/page")
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text


def test_errors_of_the_api_are_json(browse: Browse) -> None:
    answer = browse().get("/api/nothing")
    assert (answer.status_code, answer.json()) == (404, {"error": "there is nothing at this address"})


@pytest.mark.parametrize(
    ("how", "status", "message"), [("user", 409, "x.csv: is no table"), ("store", 503, "db.sqlite is locked")]
)
def test_user_errors_are_shown(browse: Browse, how: str, status: int, message: str) -> None:
    answer = browse(pages=[SitePage(faulty)]).get(f"/faulty/{how}")
    assert answer.status_code == status
    assert message in answer.text


def test_internal_errors_are_only_logged(browse: Browse, caplog: pytest.LogCaptureFixture) -> None:
    answer = browse(pages=[SitePage(faulty)]).get("/faulty/bug")
    assert answer.status_code == 500
    assert "s3cret" not in answer.text
    assert "/faulty/bug" in caplog.text


def test_assets_are_cached_forever_and_pages_are_not(browse: Browse) -> None:
    client = browse()
    answer = client.get(f"/static/{assets()['site.css'].address_name}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.content == assets()["site.css"].content
    assert client.get("/").headers["cache-control"] == "no-store"
    assert client.get("/static/site.css").status_code == 404


def test_permissions_and_menu_are_given_by_the_caller(browse: Browse) -> None:
    class Team(Permissions):
        user_name = "<b>ours"
        menu = (("Submit", "/submit"),)

    def permissions_of(request: Request) -> Permissions:
        return Team() if request.headers.get("x-team") else Permissions()

    about_router = APIRouter()

    @about_router.get("/about")
    def about(context: PageContextDep) -> object:
        return context.render("message.html", "About", heading="About", message="us")

    client = browse(pages=[SitePage(about_router)], permissions_of=permissions_of)
    assert "Submit" not in client.get("/about").text
    text = client.get("/about", headers={"x-team": "1"}).text
    assert "Submit" in text
    assert "&lt;b&gt;ours" in text
