"""Tests of `harness.web.explorer.filters`, `harness.web.data.query_hits`, `harness.web.data.query_landmarks` and
`harness.web.data.answer_landmarks`, on pages of the explorer.
"""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from harness.data.ground_truth import load_ground_truth
from harness.web.data.query_landmarks import QueryLandmarks
from harness.web.data.selections import SelectionStore
from tests.factories.competitions import write_table
from tests.factories.entries import EntryFactory

Browse = Callable[..., TestClient]


def ids(text: str) -> set[str]:
    return set(re.findall(r'<h2><a href="[^"]*"><bdi>(\w+)</bdi>', text))


@pytest.fixture
def landmarks(factory: EntryFactory) -> dict[str, list[int]]:
    """The landmarks of each query."""
    truth = load_ground_truth(factory.competition.folder, "recognition")
    assert truth is not None
    bounds = zip(truth.query_ids, truth.offsets, truth.offsets[1:], strict=False)
    return {query: truth.relevant[a:b].tolist() for query, a, b in bounds}


@pytest.fixture
def listed(factory: EntryFactory, browse: Browse) -> Callable[..., set[str]]:
    """Returns the queries in an entry's list, with a filter."""

    def queries(entry: Any, **values: object) -> set[str]:
        return ids(browse(factory.competition.folder).get(f"/e/{entry.id}/queries", params=values).text)

    return queries


def test_filters_by_landmark_hits_and_score_can_be_combined(
    factory: EntryFactory, listed: Callable[..., set[str]], landmarks: dict[str, list[int]]
) -> None:
    entry = factory.add_ranking("half", right=0.5)
    values = factory.store.per_query(entry.id or 0)["map@100"]
    by_query = dict(zip(factory.store.query_ids(entry.id or 0), values, strict=True))
    first = {query for query, shown in landmarks.items() if shown == [1]}
    assert listed(entry, landmark=1) == first
    perfect = {query for query, value in by_query.items() if value == 1}
    assert listed(entry, ap="0.9-1") == perfect
    assert listed(entry, hits="first1") == perfect
    assert listed(entry, landmark=1, hits="first1") == first & perfect
    assert listed(entry, hits="none") == set()


def test_queries_are_found_by_the_name_of_their_landmark_and_by_part_of_an_id(
    factory: EntryFactory, listed: Callable[..., set[str]], landmarks: dict[str, list[int]]
) -> None:
    table = factory.competition.folder / "train_label_to_category.csv"
    write_table(table, "landmark_id,category", [("1", "nice__promenade_anglais")])
    entry = factory.add_ranking("half", right=0.5)
    assert listed(entry, search="promenade ang") == {query for query, shown in landmarks.items() if 1 in shown}
    query = next(iter(landmarks))
    assert query in listed(entry, search=query[2:9].upper())


def test_a_stored_selection_limits_the_list(
    factory: EntryFactory, browse: Browse, listed: Callable[..., set[str]], landmarks: dict[str, list[int]]
) -> None:
    entry = factory.add_ranking("half", right=0.5)
    chosen = list(landmarks)[:2]
    digest = SelectionStore.of(factory.workspace).save([*chosen, "unknown"])
    assert listed(entry, selection=digest) == set(chosen)
    assert browse(factory.competition.folder).get(f"/e/{entry.id}/queries?selection={'0' * 40}").status_code == 404


def test_queries_are_listed_by_the_landmark_of_a_wrong_answer(
    factory: EntryFactory, listed: Callable[..., set[str]], landmarks: dict[str, list[int]]
) -> None:
    shown = {query: each[0] for query, each in landmarks.items() if each}
    wrong = next(query for query, landmark in shown.items() if landmark == 0)
    labels = {query: (2 if query == wrong else landmark, 0.5) for query, landmark in shown.items()}
    assert listed(factory.add_labelling("named", labels), answered=2) == {wrong}
    of_two = next(query for query, landmark in shown.items() if landmark == 2)
    truth = load_ground_truth(factory.competition.folder, "retrieval")
    assert truth is not None
    row = truth.query_ids.tolist().index(of_two)
    images = truth.images.texts()[truth.relevant[truth.offsets[row] : truth.offsets[row + 1]]].tolist()
    ranked = factory.add_ranking("ranked", {wrong: images, of_two: images})
    assert listed(ranked, answered=2) == {wrong}


def test_queries_with_several_landmarks_count_for_each() -> None:
    landmarks = QueryLandmarks.from_pairs(3, np.array([0, 1, 1]), np.array([5, 5, 9]))
    assert landmarks.counts.tolist() == [2, 1]
    assert landmarks.sums(np.array([1.0, 0.5, 7.0])).tolist() == [1.5, 0.5]
    assert landmarks.are_correct(np.array([[5, 9], [9, 5], [5, -1]])).tolist() == [
        [True, False],
        [True, True],
        [False] * 2,
    ]
