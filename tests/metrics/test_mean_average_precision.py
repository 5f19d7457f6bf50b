"""Tests of `metrics.mean_average_precision`: known scores and properties."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from metrics import MeanAveragePrecision, judge_retrieval

IMAGES = st.integers(0, 15)
K = 8


def map_of_one(ranking, relevant, k=K):
    return MeanAveragePrecision(k).score(judge_retrieval({"q": ranking}, {"q": relevant}, k))


def average_precision_by_the_book(ranking, relevant, k):
    """The definition, read aloud."""
    hits, total = [], 0.0
    for rank, image in enumerate(ranking[:k], start=1):
        if image in relevant and image not in hits:
            hits.append(image)
            total += len(hits) / rank
    return total / min(len(relevant), k)


def test_the_score_of_the_reference_case_equals_that_of_the_reference(reference_retrieval):
    assert MeanAveragePrecision().score(reference_retrieval) == pytest.approx(0.458333, abs=1e-6)


def test_the_score_of_the_reference_case_cut_at_rank_1_equals_that_of_the_reference(reference_retrieval):
    assert MeanAveragePrecision(k=1).score(reference_retrieval) == 0.5


def test_a_repeated_hit_counts_once_and_takes_its_rank(worked_retrieval):
    assert MeanAveragePrecision().per_query(worked_retrieval).tolist() == [0.5, 0.5, 0.0]
    assert MeanAveragePrecision().score(worked_retrieval) == pytest.approx(1 / 3)


def test_divides_by_the_number_of_relevant_images_when_they_are_few():
    assert map_of_one(["a", "x", "b"], ["a", "b"], k=100) == pytest.approx(0.8333, abs=1e-4)


def test_divides_by_the_cut_off_when_more_images_are_relevant():
    images = list(range(250))
    assert map_of_one(images[:100], images, k=100) == 1.0
    assert map_of_one([*images[:50], *range(1000, 1050)], images, k=100) == 0.5


def test_a_query_without_a_relevant_image_scores_0_like_one_whose_only_relevant_image_cannot_be_listed():
    judgement = judge_retrieval({"q": ["a"], "r": ["a"], "s": ["a"]}, {"q": [], "r": [""], "s": ["a"]})
    assert MeanAveragePrecision().per_query(judgement).tolist() == [0.0, 0.0, 1.0]


def test_refuses_a_judgement_of_fewer_ranks(worked_retrieval):
    with pytest.raises(ValueError, match="map@101 needs 101 ranks, the judgement holds 100"):
        MeanAveragePrecision(k=101).score(worked_retrieval)


@given(st.lists(st.lists(IMAGES, max_size=12), max_size=5), st.sets(IMAGES, min_size=1), st.integers(1, 12))
def test_agrees_with_the_definition(lists, relevant, k):
    judgement = judge_retrieval(dict(enumerate(lists)), dict.fromkeys(range(len(lists)), relevant), 12)
    expected = [average_precision_by_the_book(ranking, relevant, k) for ranking in lists]
    assert MeanAveragePrecision(k).per_query(judgement).tolist() == pytest.approx(expected, rel=0, abs=1e-12)


@given(st.lists(IMAGES, unique=True), st.sets(IMAGES, min_size=1), st.data())
def test_swapping_a_hit_with_a_miss_above_it_never_lowers_it(ranking, relevant, data):
    misses_above_hits = [
        (upper, lower)
        for lower, image in enumerate(ranking)
        for upper, other in enumerate(ranking[:lower])
        if image in relevant and other not in relevant
    ]
    assume(misses_above_hits)
    upper, lower = data.draw(st.sampled_from(misses_above_hits))
    swapped = ranking.copy()
    swapped[upper], swapped[lower] = ranking[lower], ranking[upper]
    assert map_of_one(swapped, relevant) >= map_of_one(ranking, relevant)


@given(st.lists(IMAGES, min_size=K, max_size=K), st.lists(IMAGES), st.sets(IMAGES, min_size=1))
def test_images_beyond_the_cut_off_do_not_matter(ranking, tail, relevant):
    assert map_of_one(ranking + tail, relevant) == map_of_one(ranking, relevant)


@given(st.lists(IMAGES, max_size=K - 1), IMAGES, st.sets(IMAGES, min_size=1))
def test_appending_an_image_never_lowers_it(ranking, image, relevant):
    assert map_of_one([*ranking, image], relevant) >= map_of_one(ranking, relevant)


@given(st.lists(IMAGES), st.sets(IMAGES, min_size=1))
def test_the_score_is_1_exactly_for_lists_that_begin_with_all_possible_hits(ranking, relevant):
    head = ranking[: min(len(relevant), K)]
    perfect = len(set(head) & relevant) == min(len(relevant), K)
    assert (map_of_one(ranking, relevant) == 1.0) == perfect


@given(st.permutations(sorted({3, 5, 7})), st.lists(IMAGES))
def test_the_score_is_1_for_relevant_images_first_in_any_order(relevant, tail):
    assert map_of_one([*relevant, *tail], set(relevant)) == 1.0
