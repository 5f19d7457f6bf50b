"""Tests of `harness.web.explorer.matches`, `harness.web.data.local_matches`, `harness.web.page_plugins` and the page of
local matches.
"""

import re
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint

import numpy as np
import pytest
from fastapi.testclient import TestClient

from harness.web import page_plugins
from harness.web.data import local_matches
from harness.web.permissions import Permissions
from tests.factories.competitions import image_path
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]
Query = tuple[str, list[str]]  # a scored query and its relevant images
MATCHES = [
    {"x1": 0.0, "y1": 0.0, "x2": 1.0, "y2": 1.0, "inlier": True},
    {"x1": 0.5, "y1": 0.5, "x2": 0.5, "y2": 0.5, "inlier": False},
    {"x1": 1.0, "y1": 0.25, "x2": 0.0, "y2": 0.5, "inlier": True},
]


class FakeMatcher:
    """Returns the same matches for any images, and records its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[np.ndarray, np.ndarray]] = []

    def __call__(self, query: np.ndarray, image: np.ndarray) -> dict:
        self.calls.append((query, image))
        return {"matches": MATCHES}


@pytest.fixture
def matcher(monkeypatch: pytest.MonkeyPatch) -> FakeMatcher:
    fake = FakeMatcher()
    monkeypatch.setattr("harness.web.explorer.routes.load_matcher", lambda: fake)  # first, as this may import it
    monkeypatch.setattr(local_matches, "load_matcher", lambda: fake)
    return fake


@pytest.fixture
def entry_points(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """The installed entry points: none unless the test adds some."""
    points: list[EntryPoint] = []
    monkeypatch.setattr(page_plugins, "entry_points", lambda group: points)
    local_matches.load_matcher.cache_clear()
    yield points
    local_matches.load_matcher.cache_clear()


def test_answers_link_to_pages_with_both_photos_and_lines(
    factory: EntryFactory, browse: Browse, first_query: Query, matcher: FakeMatcher
) -> None:
    query, relevant = first_query
    entry = factory.add_ranking("local", {query: relevant})
    client = browse(factory.competition.folder)
    page = client.get(f"/e/{entry.id}/queries/{query}").text
    links = re.findall(r'<a href="([^"]+)"[^>]*>match</a>', page)
    assert set(links) == {f"/e/{entry.id}/queries/{query}/matches/{image}" for image in relevant}
    text = client.get(links[0]).text
    assert "2 inliers of 3 matched points" in text
    assert [text.count(f'<g class="pair {kind}" role="img"') for kind in ("inlier", "outlier")] == [4, 2]  # 2 drawings
    hidden = client.get(f"{links[0]}?outliers=hide").text
    assert [hidden.count(f'<g class="pair {kind}" role="img"') for kind in ("inlier", "outlier")] == [4, 0]
    assert "The image is relevant to this query." in text
    photos = re.findall(r'<image href="([^"]+)"', text)
    assert [client.get(each).headers["content-type"] for each in photos] == ["image/jpeg"] * 4
    assert " style=" not in text


def test_matches_are_cached_until_a_photo_changes(
    factory: EntryFactory, browse: Browse, first_query: Query, matcher: FakeMatcher
) -> None:
    query, relevant = first_query
    entry, client = factory.add_ranking("local", {query: relevant}), browse(factory.competition.folder)
    address = f"/e/{entry.id}/queries/{query}/matches/{relevant[0]}"
    assert client.get(address).text == client.get(address).text
    ((one, other),) = matcher.calls
    assert one.dtype == other.dtype == np.uint8
    assert one.ndim == other.ndim == 2
    path, changed = image_path(factory.competition.folder, "index", relevant[0]), relevant[1]
    path.write_bytes(image_path(factory.competition.folder, "index", changed).read_bytes())
    client.get(address)
    assert len(matcher.calls) == 2


def test_the_built_in_plug_in_finds_matches(factory: EntryFactory, browse: Browse, first_query: Query) -> None:
    query, relevant = first_query
    entry = factory.add_ranking("local", {query: relevant})
    answer = browse(factory.competition.folder).get(f"/e/{entry.id}/queries/{query}/matches/{relevant[0]}")
    assert answer.status_code == 200
    assert "matched points" in answer.text


HOSTILE = ["nothing", "..%2F..%2Fetc%2Fpasswd", "%00", "x" * 400, "%ff", "<script>", "%2e%2e%2ftest.csv", "test.csv"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_unknown_ids_have_no_matches(
    factory: EntryFactory, browse: Browse, first_query: Query, matcher: FakeMatcher, hostile: str
) -> None:
    query, relevant = first_query
    entry, client = factory.add_ranking("local", {query: relevant}), browse(factory.competition.folder)
    for address in (f"{query}/matches/{hostile}", f"{hostile}/matches/{relevant[0]}"):
        answer = client.get(f"/e/{entry.id}/queries/{address}")
        assert answer.status_code == 404
        assert "<script>" not in answer.text.partition("<main")[2]
    assert client.get(f"/e/{entry.id}/queries/{query}/matches/{query}").status_code == 404  # no image of the index
    assert matcher.calls == []


def test_missing_and_damaged_photos_have_no_matches(
    factory: EntryFactory, browse: Browse, first_query: Query, matcher: FakeMatcher
) -> None:
    query, relevant = first_query
    gone, broken = (image_path(factory.competition.folder, "index", image) for image in relevant[:2])
    gone.unlink()
    broken.write_bytes(b"\xff\xd8\xff broken")
    entry, client = factory.add_ranking("local", {query: relevant}), browse(factory.competition.folder)
    assert f"matches/{relevant[0]}" not in client.get(f"/e/{entry.id}/queries/{query}").text
    for image in relevant[:2]:
        assert client.get(f"/e/{entry.id}/queries/{query}/matches/{image}").status_code == 404


def test_query_lists_and_recognition_entries_have_no_matches(
    factory: EntryFactory, browse: Browse, first_query: Query, matcher: FakeMatcher
) -> None:
    query, relevant = first_query
    ranked, named = factory.add_ranking("local", {query: relevant}), factory.add_labelling("named", {query: (1, 0.5)})
    client = browse(factory.competition.folder)
    assert ">matches<" not in client.get(f"/e/{ranked.id}/queries").text
    assert client.get(f"/e/{named.id}/queries/{query}/matches/{relevant[0]}").status_code == 404


def test_matches_need_permission_to_see_the_truth(
    factory: EntryFactory, browse: Browse, first_query: Query, matcher: FakeMatcher
) -> None:
    class Blind(Permissions):
        def can_see_truth(self, competition: str) -> bool:
            return False

    query, relevant = first_query
    entry = factory.add_ranking("local", {query: relevant})
    client = browse(factory.competition.folder, permissions_of=lambda request: Blind())
    assert client.get(f"/e/{entry.id}/queries/{query}/matches/{relevant[0]}").status_code == 404
    assert matcher.calls == []


@pytest.mark.parametrize("value", [None, "no.such.module:matched"])
def test_without_a_working_plug_in_there_are_no_links(
    factory: EntryFactory, browse: Browse, first_query: Query, entry_points: list[EntryPoint], value: str | None
) -> None:
    entry_points += [EntryPoint("gone", value, "landmark.matches")] if value else []
    query, relevant = first_query
    entry, client = factory.add_ranking("local", {query: relevant}), browse(factory.competition.folder)
    answer = client.get(f"/e/{entry.id}/queries/{query}")
    assert answer.status_code == 200
    assert ">matches<" not in answer.text
    assert client.get(f"/e/{entry.id}/queries/{query}/matches/{relevant[0]}").status_code == 404


def test_the_first_plug_in_by_name_that_can_be_imported_is_used(entry_points: list[EntryPoint]) -> None:
    entry_points += [
        EntryPoint(name, value, "landmark.matches")
        for name, value in (("c", "math:hypot"), ("b", "math:dist"), ("a", "no.such:thing"))
    ]
    matcher = local_matches.load_matcher()
    assert matcher is not None
    assert matcher.__name__ == "dist"
