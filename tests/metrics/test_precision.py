"""Tests of `metrics.precision`: known scores."""

import pytest

from metrics import Precision


@pytest.mark.parametrize(("k", "score"), [(1, 0.5), (2, 0.375)])
def test_the_score_of_the_reference_case_equals_that_of_the_reference(reference_retrieval, k, score):
    assert Precision(k).score(reference_retrieval) == score


@pytest.mark.parametrize(("k", "score"), [(1, 1 / 3), (2, 1 / 3), (3, 2 / 9), (4, 0.25)])
def test_counts_a_repeated_hit_once(worked_retrieval, k, score):
    assert Precision(k).score(worked_retrieval) == pytest.approx(score)


def test_precision_falls_beyond_the_end_of_a_list(worked_retrieval):
    assert Precision(k=8).per_query(worked_retrieval).tolist() == [2 / 8, 1 / 8, 0.0]
