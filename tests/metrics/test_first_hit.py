"""Tests of `metrics.first_hit`: known scores."""

import pytest

from metrics import MeanFirstHit, MedianFirstHit, judge_retrieval


def test_the_score_of_the_reference_case_equals_that_of_the_reference(reference_retrieval):
    assert (MeanFirstHit().score(reference_retrieval), MedianFirstHit().score(reference_retrieval)) == (26.25, 1.5)


def test_the_score_of_the_reference_case_cut_at_rank_1_equals_that_of_the_reference(reference_retrieval):
    assert (MeanFirstHit(1).score(reference_retrieval), MedianFirstHit(1).score(reference_retrieval)) == (1.5, 1.5)


def test_counts_an_unanswered_query_as_one_rank_beyond_the_cut_off(worked_retrieval):
    assert MeanFirstHit().per_query(worked_retrieval).tolist() == [1.0, 2.0, 101.0]
    assert MeanFirstHit().score(worked_retrieval) == pytest.approx(104 / 3)
    assert MedianFirstHit().score(worked_retrieval) == 2.0


def test_a_hit_at_the_last_rank_scores_better_than_no_hit():
    judgement = judge_retrieval({"q": ["x", "y", "a"], "r": ["x", "y", "z", "a"]}, {"q": ["a"], "r": ["a"]}, k=3)
    assert MeanFirstHit(3).per_query(judgement).tolist() == [3.0, 4.0]
