"""Tests of `harness.web.data_tab.routes`, and of the views that
`tools.data_page.views` and `tools.data_page.sections.hashes` provide."""

from collections.abc import Callable, Mapping
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient

from harness.errors import DataError
from harness.web.data_tab import routes
from harness.web.permissions import Permissions
from tests.factories.entries import EntryFactory
from tools.data_page.views import data_views

Browse = Callable[..., TestClient]


class TeamUser(Permissions):
    user_name = "a team"


@pytest.fixture
def analyser(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Replaces the plug-in that analyses the images."""

    def use(function: Any) -> None:
        for module in ("data_tab.routes", "shared.competition_tabs"):
            monkeypatch.setattr(f"harness.web.{module}.load_analyser", lambda: function)

    return use


def test_the_page_shows_work_until_the_views_are_there(
    factory: EntryFactory, browse: Browse, analyser: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    may_finish = Event()

    def analyse(_competition: Any, image_address: Callable[[str, str], str]) -> Mapping[str, str]:
        may_finish.wait(5)
        return {"Overview": f"<img src='{image_address('test', 'a/b')}'>", "Hashes": "<p>bits</p>"}

    analyser(analyse)
    monkeypatch.setattr(routes, "PATIENCE_S", 0)
    client, page = browse(factory.competition.folder), f"/c/{factory.competition.key}/data"
    assert f'data-fetch="{page}/first/content"' in client.get(page).text
    assert client.get(f"{page}/hashes/content").status_code == 202
    may_finish.set()
    monkeypatch.setattr(routes, "PATIENCE_S", 5)
    assert f"/images/{factory.competition.key}/test/small/a%2Fb" in client.get(page).text
    assert "<p>bits</p>" in client.get(f"{page}/hashes").text
    assert client.get(f"{page}/hashes/content").status_code == 200
    assert client.get(f"{page}/nothing").status_code == 404


def test_teams_and_unknown_competitions_have_no_data_page(
    factory: EntryFactory, browse: Browse, analyser: Callable[[Any], None]
) -> None:
    analyser(lambda *_: {"Overview": ""})
    assert browse(factory.competition.folder).get("/c/unknown/data").status_code == 404
    client = browse(factory.competition.folder, permissions_of=lambda _: TeamUser())
    for path in ("data", "data/hashes", "data/hashes/content"):
        assert client.get(f"/c/{factory.competition.key}/{path}").status_code == 404


def test_a_failed_analysis_says_why_and_is_tried_again(
    factory: EntryFactory, browse: Browse, analyser: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Mapping[str, str]:
        raise DataError("no image can be decoded")

    monkeypatch.setattr(routes, "PATIENCE_S", 5)
    analyser(fail)
    client, page = browse(factory.competition.folder), f"/c/{factory.competition.key}/data"
    answer = client.get(page)
    assert (answer.status_code, "No image can be decoded." in answer.text) == (409, True)
    assert client.get(f"{page}/first/content").status_code == 409
    assert client.get(page).status_code == 409


def test_the_plug_in_links_to_photographs_and_draws_hashes(factory: EntryFactory) -> None:
    views = data_views(factory.competition, lambda part, image_id: f"/small/{part}/{image_id}")
    assert list(views) == ["Overview", "Galleries", "Near-duplicates", "Hashes"]
    assert "data:" not in "".join(views.values())
    assert 'src="/small/train/' in views["Galleries"]
    assert views["Hashes"].count('class="bits ') > 4
    assert "bits differ" in views["Hashes"]


def test_many_images_are_read_only_when_the_user_asks_for_it(
    factory: EntryFactory, browse: Browse, analyser: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MANY_IMAGES", 3)
    monkeypatch.setattr(routes, "PATIENCE_S", 30)
    calls: list[Any] = []
    analyser(lambda competition, _: calls.append(competition) or {"Overview": "<p>all of them</p>"})
    client, address = browse(factory.competition.folder), f"/c/{factory.competition.key}/data"
    assert "Read the images" in client.get(address).text
    assert client.get(f"{address}/first/content").status_code == 404
    assert calls == []
    assert "all of them" in client.get(f"{address}?read=1").text
    assert "all of them" in client.get(address).text
    assert len(calls) == 1
