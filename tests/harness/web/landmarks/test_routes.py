"""Tests of `harness.web.landmarks.routes`, `harness.web.landmarks.page`, `harness.web.landmarks.scores`,
`harness.web.landmarks.board_entries`, `harness.web.landmarks.confusion`, `harness.web.landmarks.confusion_cache`,
`harness.web.data.landmark_photos` and `harness.web.data.contact_sheet`.
"""

import re
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from harness.data.ground_truth import load_ground_truth
from harness.web.data.query_landmarks import QueryLandmarks
from harness.web.landmarks import confusion_cache
from harness.web.landmarks.confusion import ConfusionPairs, worst_matrix
from harness.web.permissions import Permissions
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]


class TruthHidden(Permissions):
    """A user before the end of a competition."""

    def can_see_truth(self, competition: str) -> bool:
        return False


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets pages wait until what they show is computed."""
    monkeypatch.setattr(confusion_cache, "PATIENCE_S", 30)


def costs(text: str) -> list[float]:
    return [float(value) for value in re.findall(r'class="number cost"><a[^>]*>([0-9.]+)</a>', text)]


def labels_of(factory: EntryFactory) -> dict[str, int]:
    """Return the landmark of each query that shows one."""
    truth = load_ground_truth(factory.competition.folder, "recognition")
    assert truth is not None
    bounds = zip(truth.query_ids, truth.offsets, truth.offsets[1:], strict=False)
    return {query: int(truth.relevant[start]) for query, start, end in bounds if end > start}


def test_costs_of_landmarks_add_up_to_what_an_entry_lacks(factory: EntryFactory, browse: Browse) -> None:
    entry = factory.add_ranking("half", right=0.5)
    client, key = browse(factory.competition.folder), factory.competition.key
    text = client.get(f"/c/{key}/retrieval/landmarks").text
    shown = costs(text)
    lacking = np.nan_to_num(1 - factory.store.per_query(entry.id or 0)["map@100"])
    truth = load_ground_truth(factory.competition.folder, "retrieval")
    assert truth is not None
    with_landmark = [query in labels_of(factory) for query in factory.store.query_ids(entry.id or 0)]
    assert sum(shown) == pytest.approx(lacking[with_landmark].sum() / len(lacking), abs=1e-4)
    assert shown == sorted(shown, reverse=True)
    assert f"/e/{entry.id}/queries?landmark=" in text


def test_recognition_has_recall_precision_and_costs_that_add_up(factory: EntryFactory, browse: Browse) -> None:
    labels = labels_of(factory)
    answers = {query: (0 if landmark == 1 else landmark, 0.5) for query, landmark in labels.items()}
    entry = factory.add_labelling("named", answers)
    text = browse(factory.competition.folder).get(f"/c/{factory.competition.key}/recognition/landmarks").text
    assert sum(costs(text)) == pytest.approx(1 - (entry.scores["all"]["gap"] or 0), abs=1e-4)
    assert "0.5000" in text  # half of the answers 0 are right
    assert "–" in text  # landmark 1 was never answered


def test_two_entries_stand_side_by_side_and_any_column_sorts(factory: EntryFactory, browse: Browse) -> None:
    one, other = factory.add_ranking("one", right=0.3), factory.add_ranking("other", right=0.7)
    client, base = browse(factory.competition.folder), f"/c/{factory.competition.key}/retrieval/landmarks"
    for sort in ("cost", "score", "queries", "name"):
        text = client.get(base, params={"entry": [one.id, other.id], "sort": sort, "of": 1, "reverse": 1}).text
        assert text.count("aria-sort") == 1
        assert len(costs(text)) == 6
    assert client.get(base, params={"search": "no such name"}).text.count("No such landmark") == 1
    assert client.get(base, params={"entry": 999}).status_code == 404


@pytest.mark.parametrize("page", ["landmarks", "confusion", "confusion/content"])
def test_users_who_may_not_see_the_truth_get_no_landmarks(factory: EntryFactory, browse: Browse, page: str) -> None:
    factory.add_ranking("half", right=0.5)
    client = browse(factory.competition.folder, permissions_of=lambda _: TruthHidden())
    assert client.get(f"/c/{factory.competition.key}/retrieval/{page}").status_code == 404


def test_confused_landmarks_lead_to_their_queries(factory: EntryFactory, browse: Browse) -> None:
    labels = labels_of(factory)
    entry = factory.add_labelling("named", {query: ((landmark + 1) % 3, 0.5) for query, landmark in labels.items()})
    client, base = browse(factory.competition.folder), f"/c/{factory.competition.key}/recognition/confusion"
    text = client.get(base).text
    link = f"/e/{entry.id}/queries?landmark=0&amp;answered=1"
    assert link in text
    listed = client.get(link.replace("&amp;", "&")).text
    assert listed.count("<article") == sum(landmark == 0 for landmark in labels.values())
    assert client.get(f"{base}/content?entry={entry.id}").status_code == 200
    assert client.get(f"{base}?entry=77").status_code == 404


def test_the_photos_of_a_page_come_as_one_image(factory: EntryFactory, browse: Browse) -> None:
    factory.add_ranking("half", right=0.5)
    client = browse(factory.competition.folder)
    text = client.get(f"/c/{factory.competition.key}/retrieval/landmarks").text
    (sheet,) = set(re.findall(r'<image href="([^"]+)"', text))
    answer = client.get(sheet.replace("&amp;", "&"))
    with Image.open(BytesIO(answer.content)) as image:
        assert image.size == (3 * 72, 72)
    assert client.get(sheet.replace("&amp;", "&"), headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert client.get(f"/sheets/{factory.competition.key}?image=x&image=test:..%2Fa").status_code == 200
    assert client.get("/sheets/none?image=test:1").status_code == 404


def test_pairs_count_each_query_once() -> None:
    landmarks = QueryLandmarks.from_pairs(4, np.array([0, 1, 2]), np.array([5, 5, 7]))
    wrong = np.array([[7, 7, -1], [9, 7, 7], [-1, -1, 5], [5, -1, -1]])
    pairs = ConfusionPairs.count(wrong, landmarks)
    assert sorted(pairs.between_landmarks.tolist()) == [[5, 7, 2], [5, 9, 1], [7, 5, 1]]
    assert pairs.of_other_queries.tolist() == [[5, 1]]
    stored = ConfusionPairs.from_bytes(pairs.to_bytes())
    assert stored is not None
    matrix = worst_matrix(stored, 2)
    assert sorted(matrix.landmarks) == [5, 7]
    assert matrix.highest == 2
    assert [matrix.level(count) for count in (0, 1, 2)] == [0, 3, 5]


def test_stored_landmarks_of_other_queries_are_not_read() -> None:
    landmarks = QueryLandmarks.from_pairs(2, np.array([0, 1]), np.array([5, 7]))
    content = landmarks.to_bytes()
    stored = QueryLandmarks.from_bytes(content, 2)
    assert stored is not None
    assert (stored.of(0), stored.of(1)) == ([5], [7])
    assert QueryLandmarks.from_bytes(content, 3) is None
    assert QueryLandmarks.from_bytes(content[:-3], 2) is None
