"""Normalised discounted cumulative gain: known scores, and agreement with the definition."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import NormalizedDcg, intervals, judge_retrieval, metric, metrics_of

IMAGES = st.integers(0, 15)


def ndcg_by_definition(ranking, relevant, k):
    gains = [image in relevant and image not in ranking[:place] for place, image in enumerate(ranking[:k])]
    best = [True] * min(len(relevant), k)
    dcg, best_dcg = (sum(gain / log2(place + 2) for place, gain in enumerate(each)) for each in (gains, best))
    return dcg / best_dcg


def test_a_worked_example(worked_retrieval):
    """The first query hits at ranks 1 and 4 of three relevant images, the second at rank 2, the third is unanswered."""
    first = (1 + 1 / log2(5)) / (1 + 1 / log2(3) + 1 / 2)
    assert NormalizedDcg().per_query(worked_retrieval) == pytest.approx([first, 1 / log2(3), 0.0])
    assert NormalizedDcg().score(worked_retrieval) == pytest.approx((0.671387 + 0.630930) / 3, abs=1e-6)


def test_more_relevant_images_than_ranks_can_still_reach_1():
    images = list(range(250))
    assert NormalizedDcg().score(judge_retrieval({"q": images[:100]}, {"q": images})) == 1.0


def test_a_query_without_a_relevant_image_scores_0():
    assert NormalizedDcg(4).per_query(judge_retrieval({"q": ["a"]}, {"q": []}, k=4)).tolist() == [0.0]


@given(st.lists(st.lists(IMAGES, max_size=12), max_size=5), st.sets(IMAGES, min_size=1), st.integers(1, 12))
def test_agrees_with_the_definition(lists, relevant, k):
    judgement = judge_retrieval(dict(enumerate(lists)), dict.fromkeys(range(len(lists)), relevant), 12)
    expected = [ndcg_by_definition(ranking, relevant, k) for ranking in lists]
    assert NormalizedDcg(k).per_query(judgement).tolist() == pytest.approx(expected, rel=0, abs=1e-12)


def test_ndcg_is_reported_last_and_has_intervals():
    assert metrics_of("retrieval")[-1] == metric("ndcg@100")
    hits = judge_retrieval({f"q{i}": ["a"] for i in range(60)}, {f"q{i}": ["a"] for i in range(100)})
    low, high = intervals([metric("ndcg@100")], hits)["ndcg@100"]
    assert low < 0.6 < high
    assert np.isclose(metric("ndcg@100").score(hits), 0.6)
