"""Tests of `metrics.recall`: known scores."""

import pytest

from metrics import Recall, judge_retrieval


def test_divides_the_hits_by_the_number_of_relevant_images(worked_retrieval):
    assert Recall().per_query(worked_retrieval).tolist() == [2 / 3, 1.0, 0.0]


@pytest.mark.parametrize(("k", "score"), [(1, 1 / 9), (2, 4 / 9), (3, 4 / 9), (4, 5 / 9)])
def test_counts_a_repeated_hit_once(worked_retrieval, k, score):
    assert Recall(k).score(worked_retrieval) == pytest.approx(score)


def test_cannot_reach_1_with_more_relevant_images_than_ranks():
    images = list(range(8))
    assert Recall(4).score(judge_retrieval({"q": images}, {"q": images}, k=4)) == 0.5


def test_a_query_without_a_relevant_image_scores_0():
    assert Recall(4).per_query(judge_retrieval({"q": ["a"]}, {"q": []}, k=4)).tolist() == [0.0]
