"""Tests of `harness.contract.answer_comparison` and of `harness.submissions.score_recorder`."""

import numpy as np
import pytest

from harness.contract.answer_comparison import AnswerComparison, AnswerWithScores, compare_answers
from harness.submissions.answer import Labelling, Ranking
from harness.submissions.score_recorder import record_scores, recorded_scores

INDEX = np.array(["a", "b", "c"], object)


def scored(*rows: list[float], distance: bool = False) -> AnswerWithScores:
    values, queries = np.array(rows), np.array([f"q{row}" for row in range(len(rows))])
    with record_scores():
        ranking = (Ranking.by_distance if distance else Ranking.by_similarity)(values, queries, INDEX)
        return AnswerWithScores(ranking, recorded_scores(ranking))


def labelled(landmarks: list[int], confidences: list[float]) -> AnswerWithScores:
    queries = np.array([f"q{row}" for row in range(len(landmarks))])
    return AnswerWithScores(Labelling.of(np.array(landmarks), np.array(confidences), queries))


def text_of(comparison: AnswerComparison) -> str:
    assert not comparison.note()
    return comparison.violation()


def test_images_whose_scores_are_equal_up_to_rounding_may_swap_ranks() -> None:
    comparison = compare_answers(scored([0.5, 0.5 + 1e-7, 1]), scored([0.5 + 1e-7, 0.5, 1]))
    assert comparison.violation() == ""
    assert comparison.note() == "1 of 1 queries differ by rounding, at most by 1e-07 of the largest score"
    assert compare_answers(scored([2, 2.00001, 9], distance=True), scored([2.00001, 2, 9], distance=True)).note()


def test_the_first_query_that_differs_is_named_with_both_scores() -> None:
    comparison = compare_answers(scored([1, 2, 3], [3, 2.5, 1]), scored([1, 2, 3], [2.5, 3, 1]))
    assert text_of(comparison) == "query q1: rank 1 is b (score 2.5) instead of a (score 3), 1 of 2 queries differ"


def test_without_a_tolerance_any_other_order_differs() -> None:
    assert compare_answers(scored([0.5, 0.5 + 1e-7, 1]), scored([0.5 + 1e-7, 0.5, 1]), tolerance=0).violation()


def test_without_scores_any_other_order_differs() -> None:
    one, other = (Ranking.from_positions(np.array([row]), np.array(["q"]), INDEX) for row in ([0, 1], [0, 2]))
    text = "query q: rank 2 is c instead of b, 1 of 1 queries differ"
    assert text_of(compare_answers(AnswerWithScores(one), AnswerWithScores(other))) == text
    shorter = Ranking.from_positions(np.array([[0]]), np.array(["q"]), INDEX)
    assert "rank 2 is no image instead of b" in text_of(
        compare_answers(AnswerWithScores(one), AnswerWithScores(shorter))
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_number_without_a_gap_differs(bad: float) -> None:
    assert compare_answers(scored([bad, 0.5, 1]), scored([0.5, bad, 1])).violation()


def test_confidences_may_differ_by_rounding_but_not_landmarks() -> None:
    assert compare_answers(labelled([5], [0.9]), labelled([5], [0.9000001])).note()
    assert text_of(compare_answers(labelled([5, 6], [0.9, np.nan]), labelled([5, 6], [0.8, np.nan]))) == (
        "query q0: landmark 5 (0.8) instead of landmark 5 (0.9), 1 of 2 queries differ"
    )
    assert compare_answers(labelled([5], [0.9]), labelled([6], [0.9])).violation()
    assert "no answer instead of landmark 5" in text_of(compare_answers(labelled([5], [1.0]), labelled([5], [np.nan])))
    assert not text_of(compare_answers(labelled([5], [np.nan]), labelled([6], [np.nan])))


def test_scores_are_recorded_inside_the_block_only() -> None:
    ranking = Ranking.by_similarity(np.ones((1, 3)), np.array(["q"]), INDEX)
    with record_scores():
        assert recorded_scores(ranking) is None
    assert recorded_scores(ranking) is None
