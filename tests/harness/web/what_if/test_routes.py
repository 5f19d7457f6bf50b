"""Tests of `harness.web.what_if.routes`: the page, its permissions and the link from the page of an entry."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from harness.web.permissions import Permissions
from harness.web.what_if import routes
from tests.factories.entries import EntryFactory


class NoTruth(Permissions):
    """May not see the ground truth, like a team before the deadline."""

    def can_see_truth(self, competition: str) -> bool:
        return False


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets pages wait until their scores are computed."""
    monkeypatch.setattr(routes, "PATIENCE_S", 30)


@pytest.fixture
def client(factory: EntryFactory, browse: Callable[..., TestClient]) -> TestClient:
    """A client; entry 1 is `hash`, entry 2 `most_frequent`, entry 3 failed."""
    factory.add_ranking("hash", right=0.5)
    labels = {query: (number % 3, number / 9) for number, query in enumerate(factory.competition.queries.ids)}
    factory.add_labelling("<b>most_frequent</b>", labels)
    factory.add_failed("slow", "ran out of time")
    return browse(factory.competition.folder)


def test_the_page_has_the_scores_of_each_change(client: TestClient, factory: EntryFactory) -> None:
    page = client.get("/e/1/what-if")
    assert page.status_code == 200
    rows = re.findall(r'<th scope="row">([^<]*)', page.text)
    assert [row.strip() for row in rows][:3] == ["as submitted", "first 1 image", "first 5 images"]
    entry = factory.store.by_ids([1])[1]
    for part in ("public", "private", "all"):
        assert f"{entry.score(part):.4f}" in page.text
    assert "overfits" in page.text
    assert page.text.count('class="score-line') == 3


def test_labels_have_a_row_for_each_confidence_and_names_are_escaped(client: TestClient) -> None:
    page = client.get("/e/2/what-if").text
    assert page.count('<th scope="row">confidence ≥ ') > 3
    assert ">correct</th>" in page
    assert "<b>most_frequent" not in page


def test_the_page_of_an_entry_links_to_it(client: TestClient) -> None:
    assert '/e/1/what-if"' in client.get("/e/1").text
    assert "what-if" not in client.get("/e/3").text


@pytest.mark.parametrize("number", ["3", "99", "x"])
def test_an_entry_without_scores_has_no_such_page(client: TestClient, number: str) -> None:
    assert client.get(f"/e/{number}/what-if").status_code == 404


def test_who_may_not_see_the_ground_truth_gets_no_page(
    client: TestClient, factory: EntryFactory, browse: Callable[..., TestClient]
) -> None:
    other = browse(factory.competition.folder, permissions_of=lambda _: NoTruth())
    assert client.get("/e/1/what-if").status_code == 200
    page = other.get("/e/1/what-if")
    assert page.status_code == 404
    assert "0." not in re.sub(r"<head>.*</head>", "", page.text, flags=re.DOTALL)
    assert "what-if" not in other.get("/e/1").text


def test_a_missing_submission_has_no_page(client: TestClient, factory: EntryFactory) -> None:
    Path(factory.store.by_ids([1])[1].submission or "").unlink()
    assert client.get("/e/1/what-if").status_code == 404


def test_the_page_is_served_before_its_scores_are_computed(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(routes.BackgroundTask, "wait", lambda *_: False)
        assert "Scoring the changed answers" in client.get("/e/1/what-if").text
    client.get("/e/1/what-if")  # waits
    assert "as submitted" in client.get("/e/1/what-if/content").text
