"""Tests of the retrieval judgement in `metrics.judgement`, and of `metrics.kernels` and `metrics.jit`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import RetrievalJudgement, judge_retrieval, judge_retrieval_codes, judgement

IMAGES = st.integers(0, 12)  # few, so that repeats and hits are common
PHANTOM = -2


@st.composite
def competitions(draw):
    """Rankings, ground truth and k; some queries unanswered, some without a relevant image, some with one in vain."""
    n_queries = draw(st.integers(0, 7))
    truths = draw(st.lists(st.lists(IMAGES | st.just(PHANTOM), max_size=6), min_size=n_queries, max_size=n_queries))
    ground_truth = {f"query {i}": truth for i, truth in enumerate(truths)}
    rankings = {query: draw(st.lists(IMAGES, max_size=9)) for query in ground_truth if draw(st.booleans())}
    return rankings, ground_truth, draw(st.integers(0, 8))


def judge_by_codes(rankings, ground_truth, k):
    codes = np.full((len(ground_truth), k), -1)
    for row, query in enumerate(ground_truth):
        listed = rankings.get(query, [])[:k]
        codes[row, : len(listed)] = listed
    relevant = np.array([image for truth in ground_truth.values() for image in truth], dtype=np.int64)
    offsets = np.cumsum([0, *map(len, ground_truth.values())])
    return judge_retrieval_codes(ground_truth, codes, relevant, offsets)


def assert_equal(one: RetrievalJudgement, other: RetrievalJudgement) -> None:
    for field in ("query_ids", "hits", "lengths", "n_relevant"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field), strict=True)


@pytest.mark.parametrize("in_python", [False, True], ids=["compiled", "in Python"])
@settings(deadline=None)  # the kernel is compiled at its first call
@given(competition=competitions())
def test_the_fast_judge_agrees_with_the_slow_one(in_python, competition):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judgement, "suits_python", lambda _: in_python)
        assert_equal(judge_by_codes(*competition), judge_retrieval(*competition))


def test_the_fast_judge_agrees_with_the_slow_one_over_many_queries():
    rng = np.random.default_rng(5)
    n_queries = 500
    rankings = {f"{i}": rng.integers(0, 40, 10).tolist() for i in range(n_queries)}
    ground_truth = {f"{i}": rng.integers(0, 40, rng.integers(0, 6)).tolist() for i in range(n_queries)}
    assert_equal(judge_by_codes(rankings, ground_truth, 10), judge_retrieval(rankings, ground_truth, 10))


def test_the_fast_judge_takes_narrow_integers_whose_products_would_overflow():
    rankings = np.array([[2_000_000_000, -1], [5, 2_000_000_000], [2_000_000_000, 5]], dtype=np.int32)
    result = judge_retrieval_codes(
        "abc", rankings, np.array([5, 2_000_000_000], dtype=np.int32), np.array([0, 0, 1, 2])
    )
    assert result.hits.tolist() == [[False, False], [True, False], [True, False]]


def test_a_code_of_no_image_takes_a_rank_and_never_matches():
    result = judge_retrieval_codes(["q"], np.array([[-2, -3, 4, -1]]), np.array([-2, 4]), np.array([0, 2]))
    assert (result.hits.tolist(), result.lengths.tolist(), result.n_relevant.tolist()) == (
        [[False, False, True, False]],
        [3],
        [2],
    )


def test_a_repeated_image_counts_once_and_keeps_its_rank():
    result = judge_retrieval({"q": ["a", "a", "b"]}, {"q": ["a", "b"]}, k=3)
    assert result.hits.tolist() == [[True, False, True]]


def test_a_list_is_cut_before_repeats_are_dropped():
    result = judge_retrieval({"q": ["a", "a", "b"]}, {"q": ["a", "b"]}, k=2)
    assert (result.hits.tolist(), result.lengths.tolist()) == ([[True, False]], [2])


def test_a_repeated_image_in_the_ground_truth_counts_once():
    assert judge_retrieval({}, {"q": ["a", "a", "b"]}).n_relevant.tolist() == [2]


def test_rows_are_in_the_order_of_the_ground_truth():
    result = judge_retrieval({"b": ["y"], "a": ["x"]}, {"c": ["z"], "a": ["x"], "b": ["x"]}, k=1)
    assert (result.query_ids.tolist(), result.hits[:, 0].tolist()) == (["c", "a", "b"], [False, True, False])


def test_a_ranking_of_an_unknown_query_is_refused_by_name():
    with pytest.raises(ValueError, match="'stray' is not part of the ground truth"):
        judge_retrieval({"stray": ["a"]}, {"q": ["a"]})


def test_a_selection_keeps_each_querys_row_together():
    whole = judge_retrieval({"a": ["x"], "b": ["y", "z"]}, {"a": ["x"], "b": ["x", "y"], "c": ["z"]})
    assert_equal(whole.select(np.array([False, True, False])), judge_retrieval({"b": ["y", "z"]}, {"b": ["x", "y"]}))


def test_a_selection_may_repeat_queries():
    whole = judge_retrieval({"a": ["x"]}, {"a": ["x"], "b": ["y"]}, k=1)
    assert whole.select(np.array([1, 0, 0])).hits[:, 0].tolist() == [False, True, True]
