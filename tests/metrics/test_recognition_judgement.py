"""Tests of the recognition judgement in `metrics.judgement`: the rules, and agreement of the fast and the slow judge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import RecognitionJudgement, judge_recognition, judge_recognition_codes

LANDMARKS = st.integers(0, 4)
ANSWERS = st.tuples(LANDMARKS, st.sampled_from([0.0, 0.5]) | st.floats(allow_nan=False, allow_infinity=False))


@st.composite
def competitions(draw):
    """Labellings and ground truth; some queries unanswered, some without a landmark, some with several."""
    truths = draw(st.lists(st.lists(LANDMARKS, max_size=3), max_size=8))
    ground_truth = {f"query {i}": truth for i, truth in enumerate(truths)}
    return {query: draw(ANSWERS) for query in ground_truth if draw(st.booleans())}, ground_truth


def judge_by_codes(labellings, ground_truth, unanswered=(0, np.nan)):
    answers = [labellings.get(query, unanswered) for query in ground_truth]
    return judge_recognition_codes(
        ground_truth,
        np.array([label for label, _ in answers], dtype=np.int64),
        np.array([confidence for _, confidence in answers], dtype=np.float64),
        np.array([query in labellings for query in ground_truth], dtype=bool),
        np.array([label for truth in ground_truth.values() for label in truth], dtype=np.int64),
        np.cumsum([0, *map(len, ground_truth.values())]),
    )


def assert_equal(one: RecognitionJudgement, other: RecognitionJudgement) -> None:
    for field in ("query_ids", "landmark", "answered", "correct", "confidence"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field), strict=True)


@given(competitions())
def test_the_fast_judge_agrees_with_the_slow_one(competition):
    assert_equal(judge_by_codes(*competition), judge_recognition(*competition))


def test_the_fast_judge_ignores_the_cells_of_missing_answers():
    result = judge_by_codes({}, {"q": [3]}, unanswered=(3, 0.7))
    assert_equal(result, judge_recognition({}, {"q": [3]}))


def test_any_of_several_landmarks_is_right():
    result = judge_recognition({"q": (9, 0.5), "r": (8, 0.5)}, {"q": [7, 9], "r": [7, 9]})
    assert result.correct.tolist() == [True, False]


def test_an_answer_to_a_query_without_a_landmark_is_wrong():
    result = judge_recognition({"q": (9, 0.5)}, {"q": []})
    assert (result.answered.tolist(), result.landmark.tolist(), result.correct.tolist()) == ([True], [False], [False])


@pytest.mark.parametrize("judge", [judge_recognition, judge_by_codes])
@pytest.mark.parametrize("confidence", [float("nan"), float("inf"), -float("inf")])
def test_a_confidence_that_is_not_finite_is_refused_by_the_querys_name(judge, confidence):
    with pytest.raises(ValueError, match="'r': the confidence must be a finite number"):
        judge({"q": (1, 0.5), "r": (1, confidence)}, {"q": [1], "r": [1]})


def test_an_answer_to_an_unknown_query_is_refused_by_name():
    with pytest.raises(ValueError, match="'stray' is not part of the ground truth"):
        judge_recognition({"stray": (1, 0.5)}, {"q": [1]})


def test_a_selection_keeps_each_querys_row_together():
    whole = judge_recognition({"a": (1, 0.5), "b": (2, 0.7)}, {"a": [1], "b": [1], "c": []})
    assert_equal(whole.select(np.array([False, True, True])), judge_recognition({"b": (2, 0.7)}, {"b": [1], "c": []}))
