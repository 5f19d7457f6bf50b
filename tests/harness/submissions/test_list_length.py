"""Tests of `harness.submissions.list_length`, and of rankings of the whole index."""

from threading import Thread

import numpy as np
import pytest

from harness.data.training_data import TrainingData
from harness.errors import SubmissionError
from harness.submissions.answer import Ranking
from harness.submissions.finalise import finalise
from harness.submissions.list_length import list_length, lists_whole_index, require_places, whole_index_lists
from tests.solutions.factories import DescribedImages

INDEX = np.array([f"i{number}" for number in range(120)], object)


@pytest.fixture
def data() -> TrainingData:
    index = DescribedImages({}, INDEX.tolist())
    return TrainingData(index, np.zeros(0, np.int64), index)


def finalised(data: TrainingData, rows: list[list[int]], queries: list[str]) -> list[list[int]]:
    width = max(map(len, rows))
    positions = np.array([row + [-1] * (width - len(row)) for row in rows])
    answer = finalise(Ranking.from_positions(positions, np.array(queries, object), INDEX), data)
    assert isinstance(answer, Ranking)
    return [row[row >= 0].tolist() for row in answer.positions]


def test_the_whole_index_is_listed_inside_the_block_in_all_threads() -> None:
    lengths: list[int] = []
    with whole_index_lists():
        thread = Thread(target=lambda: lengths.append(list_length(7)))
        thread.start()
        thread.join()
        with whole_index_lists(False):
            lengths.append(list_length(7))
    assert [*lengths, list_length(7)] == [7, 101, 101]
    assert not lists_whole_index()


def test_a_similarity_is_ranked_over_the_whole_index() -> None:
    similarity = np.random.default_rng(5).integers(0, 9, (3, 250)).astype(float)
    similarity[0, 17] = np.nan
    ids, queries = np.array([f"i{number}" for number in range(250)]), np.array(list("qrs"))
    with whole_index_lists():
        ranking = Ranking.by_similarity(similarity, queries, ids)
    expected = np.argsort(-similarity[1], kind="stable")
    assert ranking.positions[1].tolist() == expected.tolist()
    assert sorted(ranking.positions[0].tolist()) == [-1, *range(17), *range(18, 250)]


def test_the_rest_of_the_index_follows_a_short_list_and_the_query_stays(data: TrainingData) -> None:
    with whole_index_lists():
        rows = finalised(data, [[5, 3], [], [7]], ["q", "r", "i7"])
    assert rows[0] == [5, 3, *(place for place in range(120) if place not in (3, 5))]
    assert rows[1] == []
    assert rows[2][0] == 7
    assert len(rows[2]) == 120
    assert finalised(data, [[5, 3]], ["i3"]) == [[5]]


def test_a_repeated_image_is_refused(data: TrainingData) -> None:
    with whole_index_lists(), pytest.raises(SubmissionError, match="lists an image twice"):
        finalised(data, [[5, 5]], ["q"])


def test_too_many_places_are_refused_in_one_line() -> None:
    require_places(70, 1_006_322)
    with pytest.raises(SubmissionError, match="have 762000000000 places; at most 268435456 are possible") as error:
        require_places(1_000_000, 762_000)
    assert "\n" not in str(error.value)
