"""Tests of `harness.submissions.answer`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from harness.errors import SubmissionError
from harness.submissions.answer import Labelling, Ranking, concatenate_answers
from harness.submissions.list_length import MAX_LISTED_IDS

IDS = np.array([f"i{number}" for number in range(300)], object)


def ids(n: int) -> np.ndarray:
    return IDS[:n]


def rank_by_sorting(values: np.ndarray, sign: int) -> list[list[str]]:
    """Return the ids of each row, sorted by all of its values."""
    numbers = [[position for position in range(len(row)) if not np.isnan(row[position])] for row in values]
    ordered = [
        sorted(positions, key=lambda position: sign * float(row[position]))
        for positions, row in zip(numbers, values, strict=True)
    ]
    return [[f"i{position}" for position in positions[:MAX_LISTED_IDS]] for positions in ordered]


VALUES = nps.arrays(
    st.sampled_from([np.float32, np.float64, np.float16]),
    st.tuples(
        st.integers(0, 4), st.sampled_from([0, 1, 3, MAX_LISTED_IDS - 1, MAX_LISTED_IDS, MAX_LISTED_IDS + 1, 250])
    ),
    elements=st.sampled_from([0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan]),
    fill=st.sampled_from([0.0, np.nan, 2.0]),
)


@given(VALUES)
def test_the_nearest_come_first_and_ties_are_ordered_by_position(values: np.ndarray) -> None:
    queries, index = ids(values.shape[0]), ids(values.shape[1])
    assert Ranking.by_distance(values, queries, index).rows() == rank_by_sorting(values, 1)
    assert Ranking.by_similarity(values, queries, index).rows() == rank_by_sorting(values, -1)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8, np.int32, np.int64, np.uint64])
def test_integers_of_any_type_are_ranked(dtype: type) -> None:
    values = np.array([[0, 1, 0, 1]], dtype)
    assert Ranking.by_similarity(values, ids(1), ids(4)).rows() == [["i1", "i3", "i0", "i2"]]
    assert Ranking.by_distance(values, ids(1), ids(4)).rows() == [["i0", "i2", "i1", "i3"]]


def test_101_images_are_listed_because_one_may_be_the_query() -> None:
    assert Ranking.by_distance(np.zeros((1, 300)), ids(1), ids(300)).positions.tolist() == [list(range(101))]


def test_a_matrix_of_another_shape_is_rejected() -> None:
    with pytest.raises(SubmissionError, match=r"has the shape \(2, 3\); it must be \(queries, index\) = \(3, 2\)"):
        Ranking.by_similarity(np.zeros((2, 3)), ids(3), ids(2))


def test_rows_of_ids_become_positions() -> None:
    ranking = Ranking.from_rows([["i2"], [], ["i0", "i1"]], ids(3), ids(3))
    assert ranking.rows() == [["i2"], [], ["i0", "i1"]]
    assert ranking.answered.tolist() == [True, False, True]
    assert Ranking.from_rows([], ids(0), ids(3)).positions.shape == (0, 0)


def test_an_unknown_id_is_rejected() -> None:
    with pytest.raises(SubmissionError, match="lists 'other', which is not an index image"):
        Ranking.from_rows([["i0"], ["i1", "other"]], ids(2), ids(3))


@pytest.mark.parametrize("positions", [[[0.5]], [["i0"]], [[None]], np.array([[2**63]], np.uint64)])
def test_positions_that_are_not_integers_are_rejected(positions: object) -> None:
    with pytest.raises(SubmissionError, match="positions in the index must be integers, not"):
        Ranking.from_positions(positions, ids(1), ids(1))


@pytest.mark.parametrize("landmarks", [[1.5], ["7"], [None], np.array([2**63], np.uint64)])
def test_landmarks_that_are_not_integers_are_rejected(landmarks: object) -> None:
    with pytest.raises(SubmissionError, match="landmarks must be integers, not"):
        Labelling.of(landmarks, [0.5], ids(1))


def test_a_nan_confidence_is_no_answer() -> None:
    labelling = Labelling.of(np.array([7, 7, 0]), np.array([0.5, np.nan, np.inf]), ids(3))
    assert labelling.answered.tolist() == [True, False, True]
    assert len(Labelling.of(np.array([]), np.array([]), ids(0)).answered) == 0


def test_chunks_are_concatenated_to_one_width() -> None:
    chunks = [
        Ranking.from_rows(rows, query, ids(3)) for rows, query in (([["i0"]], IDS[:1]), ([[], ["i1", "i2"]], IDS[1:3]))
    ]
    ranking = concatenate_answers(chunks)
    assert isinstance(ranking, Ranking)
    assert ranking.rows() == [["i0"], [], ["i1", "i2"]]
    assert ranking.query_ids.tolist() == ["i0", "i1", "i2"]
    labellings = [Labelling.of(np.array([each]), np.array([0.1]), IDS[each : each + 1]) for each in range(3)]
    assert concatenate_answers(labellings).query_ids.tolist() == ["i0", "i1", "i2"]
