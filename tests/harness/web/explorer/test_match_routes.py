import re
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint

import numpy as np
import pytest
from fastapi.testclient import TestClient

from harness.web.explorer import matches as local_matches
from harness.web.permissions import Viewer
from tests.factories.competitions import image_path
from tests.factories.entries import Entered
from tests.harness.web.explorer.test_routes import first_query

Browse = Callable[..., TestClient]
MATCHES = [
    {"x1": 0.0, "y1": 0.0, "x2": 1.0, "y2": 1.0, "inlier": True},
    {"x1": 0.5, "y1": 0.5, "x2": 0.5, "y2": 0.5, "inlier": False},
    {"x1": 1.0, "y1": 0.25, "x2": 0.0, "y2": 0.5, "inlier": True},
]


class Finder:
    """Finds the same matches in any images, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[np.ndarray, np.ndarray]] = []

    def __call__(self, query: np.ndarray, image: np.ndarray) -> dict:
        self.asked.append((query, image))
        return {"matches": MATCHES}


@pytest.fixture
def finder(monkeypatch: pytest.MonkeyPatch) -> Finder:
    found = Finder()
    monkeypatch.setattr(local_matches, "matcher", lambda: found)
    monkeypatch.setattr("harness.web.explorer.match_routes.matcher", lambda: found)
    return found


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """The entry points that there are, none unless the test adds some."""
    points: list[EntryPoint] = []
    monkeypatch.setattr(local_matches, "entry_points", lambda group: points)
    local_matches.matcher.cache_clear()
    yield points
    local_matches.matcher.cache_clear()


def test_each_answer_to_a_query_leads_to_both_photographs_with_lines_between(
    entered: Entered, browse: Browse, finder: Finder
) -> None:
    query, relevant = first_query(entered)
    entry = entered.ranking("local", {query: relevant})
    client = browse(entered.competition.folder)
    page = client.get(f"/e/{entry.id}/queries/{query}").text
    links = re.findall(r'<a href="([^"]+)"[^>]*>matches</a>', page)
    assert links == [f"/e/{entry.id}/queries/{query}/matches/{image}" for image in relevant]
    text = client.get(links[0]).text
    assert "2 inliers of 3 matched points" in text
    assert "2 pairs of points are joined as inliers, 1 as outliers" in text
    inliers, outliers = (re.findall(rf'<path class="{kind}" d="([^"]+)"/>', text)[0] for kind in ("inlier", "outlier"))
    assert (inliers.count("M"), outliers.count("M")) == (2, 1)
    assert "The image is right for this query." in text
    photographs = re.findall(r'<image href="([^"]+)"', text)
    assert [client.get(each).headers["content-type"] for each in photographs] == ["image/jpeg"] * 2
    assert " style=" not in text


def test_the_plug_in_is_given_both_photographs_once_until_one_changes(
    entered: Entered, browse: Browse, finder: Finder
) -> None:
    query, relevant = first_query(entered)
    entry, client = entered.ranking("local", {query: relevant}), browse(entered.competition.folder)
    address = f"/e/{entry.id}/queries/{query}/matches/{relevant[0]}"
    assert client.get(address).text == client.get(address).text
    ((one, other),) = finder.asked
    assert one.dtype == other.dtype == np.uint8
    assert one.ndim == other.ndim == 2
    path, changed = image_path(entered.competition.folder, "index", relevant[0]), relevant[1]
    path.write_bytes(image_path(entered.competition.folder, "index", changed).read_bytes())
    client.get(address)
    assert len(finder.asked) == 2


def test_the_solution_that_comes_along_draws_the_matches(entered: Entered, browse: Browse) -> None:
    query, relevant = first_query(entered)
    entry = entered.ranking("local", {query: relevant})
    answer = browse(entered.competition.folder).get(f"/e/{entry.id}/queries/{query}/matches/{relevant[0]}")
    assert answer.status_code == 200
    assert "matched points" in answer.text


HOSTILE = ["nothing", "..%2F..%2Fetc%2Fpasswd", "%00", "x" * 400, "%ff", "<script>", "%2e%2e%2ftest.csv", "test.csv"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_id_but_those_of_the_competition_is_drawn(
    entered: Entered, browse: Browse, finder: Finder, hostile: str
) -> None:
    query, relevant = first_query(entered)
    entry, client = entered.ranking("local", {query: relevant}), browse(entered.competition.folder)
    for address in (f"{query}/matches/{hostile}", f"{hostile}/matches/{relevant[0]}"):
        answer = client.get(f"/e/{entry.id}/queries/{address}")
        assert answer.status_code == 404
        assert "<script>" not in answer.text.partition("<main")[2]
    assert client.get(f"/e/{entry.id}/queries/{query}/matches/{query}").status_code == 404  # no image of the index
    assert finder.asked == []


def test_a_photograph_that_is_missing_or_broken_has_no_matches(
    entered: Entered, browse: Browse, finder: Finder
) -> None:
    query, relevant = first_query(entered)
    gone, broken = (image_path(entered.competition.folder, "index", image) for image in relevant[:2])
    gone.unlink()
    broken.write_bytes(b"\xff\xd8\xff broken")
    entry, client = entered.ranking("local", {query: relevant}), browse(entered.competition.folder)
    assert f"matches/{relevant[0]}" not in client.get(f"/e/{entry.id}/queries/{query}").text
    for image in relevant[:2]:
        assert client.get(f"/e/{entry.id}/queries/{query}/matches/{image}").status_code == 404


def test_lists_of_queries_and_labellings_have_no_matches(entered: Entered, browse: Browse, finder: Finder) -> None:
    query, relevant = first_query(entered)
    ranked, named = entered.ranking("local", {query: relevant}), entered.labelling("named", {query: (1, 0.5)})
    client = browse(entered.competition.folder)
    assert ">matches<" not in client.get(f"/e/{ranked.id}/queries").text
    assert client.get(f"/e/{named.id}/queries/{query}/matches/{relevant[0]}").status_code == 404


def test_who_may_not_know_what_is_right_sees_no_matches(entered: Entered, browse: Browse, finder: Finder) -> None:
    class Blind(Viewer):
        def sees_truth(self, competition: str) -> bool:
            return False

    query, relevant = first_query(entered)
    entry = entered.ranking("local", {query: relevant})
    client = browse(entered.competition.folder, viewer_of=lambda request: Blind())
    assert client.get(f"/e/{entry.id}/queries/{query}/matches/{relevant[0]}").status_code == 404
    assert finder.asked == []


@pytest.mark.parametrize("value", [None, "no.such.module:matched"])
def test_without_a_plug_in_that_can_be_imported_there_are_no_links(
    entered: Entered, browse: Browse, offered: list[EntryPoint], value: str | None
) -> None:
    offered += [EntryPoint("gone", value, "landmark.matches")] if value else []
    query, relevant = first_query(entered)
    entry, client = entered.ranking("local", {query: relevant}), browse(entered.competition.folder)
    answer = client.get(f"/e/{entry.id}/queries/{query}")
    assert answer.status_code == 200
    assert ">matches<" not in answer.text
    assert client.get(f"/e/{entry.id}/queries/{query}/matches/{relevant[0]}").status_code == 404


def test_of_several_plug_ins_the_first_by_name_that_works_counts(offered: list[EntryPoint]) -> None:
    offered += [
        EntryPoint(name, value, "landmark.matches")
        for name, value in (("c", "math:hypot"), ("b", "math:dist"), ("a", "no.such:thing"))
    ]
    found = local_matches.matcher()
    assert found is not None
    assert found.__name__ == "dist"
