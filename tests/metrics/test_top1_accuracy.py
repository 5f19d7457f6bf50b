"""Tests of `metrics.top1_accuracy`: known scores."""

import numpy as np
import pytest

from metrics import NoPositives, Top1Accuracy, judge_recognition


def test_the_score_of_the_reference_case_equals_that_of_the_reference(reference_recognition):
    assert Top1Accuracy().score(reference_recognition) == pytest.approx(0.333333, abs=1e-6)


def test_leaves_out_queries_without_a_landmark(worked_recognition):
    np.testing.assert_array_equal(Top1Accuracy().per_query(worked_recognition), [1, 1, np.nan, 0])
    assert Top1Accuracy().score(worked_recognition) == pytest.approx(2 / 3)


def test_needs_a_query_that_shows_a_landmark():
    with pytest.raises(NoPositives, match="top1_accuracy"):
        Top1Accuracy().score(judge_recognition({}, {"q": []}))
