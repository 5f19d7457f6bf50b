"""Tests of `harness.submissions.finalise`."""

from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.image_set import ImageSet
from harness.data.training_data import TrainingData
from harness.errors import SubmissionError
from harness.submissions.answer import Answer, Labelling, Ranking
from harness.submissions.finalise import finalise, validate_answer
from tests.factories.competitions import make_competition


@pytest.fixture(scope="module")
def competition(tmp_path_factory: pytest.TempPathFactory) -> Competition:
    folder = make_competition(tmp_path_factory.mktemp("competition") / "a", index=50, queries=1, non_landmark=0)
    return Competition.open(folder, folder)


@pytest.fixture
def queries(competition: Competition) -> ImageSet:
    return competition.queries


@pytest.fixture
def index(competition: Competition) -> ImageSet:
    return competition.index


@pytest.fixture
def data(competition: Competition) -> TrainingData:
    return TrainingData(competition.train, competition.labels, competition.index)


def ranking(queries: ImageSet, index: ImageSet, *rows: list[int]) -> Ranking:
    return Ranking.from_positions(np.array(rows), queries.ids, index.ids)


def validation_error(answer: object, queries: ImageSet, index: ImageSet, task: str) -> str:
    with pytest.raises(SubmissionError) as raised:
        validate_answer(answer, queries, index, task)
    assert str(raised.value).isprintable()
    return str(raised.value)


def test_a_valid_answer_is_returned_unchanged(queries: ImageSet, index: ImageSet) -> None:
    answers: list[tuple[Answer, str]] = [
        (ranking(queries, index, [0], [1], [-1]), "retrieval"),
        (Ranking.from_rows([[], [], []], queries.ids.copy(), index.ids.copy()), "retrieval"),
        (Labelling.of(np.array([0, 1, 2]), np.array([0.5, np.nan, 1]), queries.ids), "recognition"),
    ]
    for answer, task in answers:
        assert validate_answer(answer, queries, index, task) is answer
    no_queries = queries[:0]
    validate_answer(
        Ranking.by_distance(np.zeros((0, len(index))), no_queries.ids, index.ids), no_queries, index, "retrieval"
    )
    validate_answer(Labelling.of(np.array([]), np.array([]), no_queries.ids), no_queries, index, "recognition")


def test_an_answer_for_the_other_task_is_rejected(queries: ImageSet, index: ImageSet) -> None:
    answer = ranking(queries, index, [0], [1], [2])
    assert validation_error(answer, queries, index, "recognition") == "the answer is a Ranking; return a Labelling"
    assert validation_error(None, queries, index, "retrieval") == "the answer is a NoneType; return a Ranking"


def test_an_answer_to_other_queries_is_rejected(queries: ImageSet, index: ImageSet) -> None:
    for rows, other_queries in (([[0], [1]], queries[:2]), ([[0], [1], [2]], queries[::-1])):
        assert "return one row for each query of the chunk" in validation_error(
            ranking(other_queries, index, *rows), queries, index, "retrieval"
        )
    short = Ranking(queries.ids, index.ids, np.array([[0]], np.int32))
    assert "the answer to 3 queries has 1 rows or other ids" in validation_error(short, queries, index, "retrieval")
    short_labels = Labelling(queries.ids, np.array([0]), np.array([0.5, 0.5, 0.5]))
    assert "return one row for each query" in validation_error(short_labels, queries, index, "recognition")


def test_other_index_ids_are_rejected(queries: ImageSet, index: ImageSet) -> None:
    assert "has other index ids" in validation_error(
        ranking(queries, index[::-1], [0], [1], [2]), queries, index, "retrieval"
    )


def test_arrays_of_a_wrong_shape_or_type_are_rejected(queries: ImageSet, index: ImageSet) -> None:
    for positions in (np.zeros((3, 1)), np.zeros(3, int), np.zeros((3, 1, 1), int)):
        assert "the Ranking has arrays " in validation_error(
            Ranking(queries.ids, index.ids, positions), queries, index, "retrieval"
        )
    for landmarks in (np.zeros(3), np.zeros((3, 1), int)):
        assert "the Labelling has arrays " in validation_error(
            Labelling(queries.ids, landmarks, np.zeros(3)), queries, index, "recognition"
        )


def test_a_ranking_is_cut_to_a_hundred_images_without_gaps(
    queries: ImageSet, data: TrainingData, index: ImageSet
) -> None:
    rows = np.array([np.arange(120), np.r_[-1, 5, -1, 4, np.full(116, -1)], np.full(120, -1)])
    finalised = finalise(ranking(queries, index, *rows.tolist()), data)
    assert isinstance(finalised, Ranking)
    assert finalised.positions.shape == (3, 100)
    assert finalised.rows() == [index.ids[:100].tolist(), index.ids[[5, 4]].tolist(), []]


def test_the_query_itself_is_removed(competition: Competition) -> None:
    data = TrainingData(competition.train, competition.labels, competition.index)
    queries = competition.index[:2]
    finalised = finalise(
        Ranking.from_positions(np.tile(np.arange(101), (2, 1)), queries.ids, competition.index.ids), data
    )
    assert isinstance(finalised, Ranking)
    assert finalised.rows() == [
        [each for each in competition.index.ids[:101] if each != query] for query in queries.ids
    ]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([[0, 1], [2, 2], [-1, -1]], "lists an image twice"),
        ([[0, 150], [0, 1], [0, 1]], "positions outside of the index; they start at 0, and -1 is padding"),
        ([[0, -2], [0, 1], [0, 1]], "positions outside of the index"),
    ],
)
def test_repeated_and_invalid_positions_are_rejected(
    queries: ImageSet, index: ImageSet, data: TrainingData, rows: list[list[int]], complaint: str
) -> None:
    with pytest.raises(SubmissionError, match=complaint):
        finalise(ranking(queries, index, *rows), data)


def test_the_query_with_a_repeat_is_named(queries: ImageSet, index: ImageSet, data: TrainingData) -> None:
    with pytest.raises(SubmissionError, match=f"the ranking of query {queries.ids[1]} lists"):
        finalise(ranking(queries, index, [0, 1], [2, 2], [3, 3]), data)


def test_a_labelling_has_known_landmarks_and_finite_confidences(queries: ImageSet, data: TrainingData) -> None:
    good = Labelling.of(np.array([0, 99, 2]), np.array([0.5, np.nan, 1]), queries.ids)
    assert finalise(good, data) is good
    with pytest.raises(SubmissionError, match=f"query {queries.ids[1]} has a landmark that no train image shows"):
        finalise(Labelling.of(np.array([0, 99, 98]), np.ones(3), queries.ids), data)
    with pytest.raises(
        SubmissionError, match=f"the confidence of query {queries.ids[2]} is infinite; use NaN for no answer"
    ):
        finalise(Labelling.of(np.zeros(3, int), np.array([0.5, 0.5, -np.inf]), queries.ids), data)


def test_empty_answers_are_valid(competition: Competition, tmp_path: Path) -> None:
    empty = Competition.open(make_competition(tmp_path / "a", index=0, train=0, non_landmark=0), tmp_path)
    data = TrainingData(empty.train, empty.labels, empty.index)
    finalised = finalise(Ranking.by_distance(np.zeros((6, 0)), empty.queries.ids, empty.index.ids), data)
    assert isinstance(finalised, Ranking)
    assert finalised.rows() == [[]] * 6
    unanswered = Labelling.of(np.zeros(6, int), np.full(6, np.nan), empty.queries.ids)
    assert finalise(unanswered, data) is unanswered
