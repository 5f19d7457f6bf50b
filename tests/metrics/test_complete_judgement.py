"""Tests of `metrics.complete_judgement`, `metrics.protocols`, `metrics.trapezoid_average_precision` and
`metrics.revisited_precision`: worked examples, properties, agreement with the slow references.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import (
    NoPositives,
    RevisitedPrecision,
    TrapezoidAveragePrecision,
    holidays,
    judge_complete,
    judge_complete_codes,
    oxford,
    revisited,
)

AREA = TrapezoidAveragePrecision()
WORKED = {"q": list("jeahbnmckl")}
EASY, HARD, IGNORED = {"q": {"e", "b"}}, {"q": {"h", "k"}}, {"q": {"j"}}


@st.composite
def complete_rankings(draw):
    """Rankings of all or the first of ten images, with relevant and ignored ones; some queries unanswered."""
    rankings, relevant, ignored = {}, {}, {}
    for query in draw(st.lists(st.sampled_from("qrst"), unique=True, max_size=4)):
        roles = draw(st.lists(st.sampled_from(["wrong", "relevant", "ignored"]), min_size=10, max_size=10))
        relevant[query] = {image for image, role in enumerate(roles) if role == "relevant"}
        ignored[query] = {image for image, role in enumerate(roles) if role == "ignored"}
        rankings[query] = draw(st.permutations(range(10)))[: draw(st.sampled_from([10, 10, 4, 0]))]
    return rankings, relevant, ignored


@pytest.mark.parametrize(
    ("difficulty", "ranks", "area", "precisions"),
    [
        ("easy", [1, 3], 0.791667, [1, 0.6667, 0.6667]),
        ("medium", [1, 3, 4, 8], 0.688988, [1, 0.6, 0.5]),
        ("hard", [2, 6], 0.258333, [0, 0.2, 0.3333]),
    ],
)
def test_the_worked_example_of_the_revisited_protocol(difficulty, ranks, area, precisions):
    judgement = judge_complete(WORKED, *revisited(EASY, HARD, IGNORED, difficulty))
    assert judgement.ranks.tolist() == [ranks]
    assert AREA.score(judgement) == pytest.approx(area, abs=1e-6)
    result = [RevisitedPrecision(k).score(judgement) for k in (1, 5, 10)]
    assert result == pytest.approx(precisions, abs=1e-4)


def test_a_query_without_an_image_of_that_difficulty_does_not_count():
    judgement = judge_complete(
        WORKED | {"r": ["a"]}, *revisited(EASY | {"r": {"a"}}, HARD | {"r": set()}, IGNORED, "hard")
    )
    np.testing.assert_allclose(AREA.per_query(judgement), [0.258333, np.nan], atol=1e-6)
    np.testing.assert_allclose(RevisitedPrecision(5).per_query(judgement), [0.2, np.nan])
    assert AREA.score(judgement) == pytest.approx(0.258333, abs=1e-6)
    with pytest.raises(NoPositives, match="trapezoid_map"):
        AREA.score(judgement.select(np.array([1])))


def test_a_cut_ranking_never_scores_more_than_the_complete_one():
    split = revisited(EASY, HARD, IGNORED, "medium")
    for metric in (AREA, RevisitedPrecision(1), RevisitedPrecision(5), RevisitedPrecision(10)):
        scores = [metric.score(judge_complete({"q": WORKED["q"][:n]}, *split)) for n in range(11)]
        assert scores[0] == 0
        assert max(scores) == scores[-1]


def test_classic_oxford_counts_good_and_ok_images_and_removes_ignored_ones():
    judgement = judge_complete({"q": ["a", "j", "b"]}, *oxford({"q": ["a"]}, {"q": ["b"]}, {"q": ["j"]}))
    assert AREA.score(judgement) == 1.0


def test_holidays_does_not_count_the_query_itself():
    judgement = judge_complete({"q": ["q", "x", "a"]}, *holidays({"q": ["q", "a"]}))
    assert (judgement.ranks.tolist(), AREA.score(judgement)) == ([[2.0]], 0.25)


@given(complete_rankings())
def test_the_fast_judge_agrees_with_the_slow_one(rankings_and_truth):
    rankings, relevant, ignored = rankings_and_truth
    slow = judge_complete(rankings, relevant, ignored)
    for query in relevant:  # one at a time: the fast one takes rankings of one length
        codes = [np.array(sorted(each[query]), dtype=int) for each in (relevant, ignored)]
        fast = judge_complete_codes([query], np.array([rankings[query]], dtype=int), codes[:1], codes[1:])
        row = slow.select(slow.query_ids == query)
        np.testing.assert_array_equal(fast.ranks, row.ranks[:, : fast.ranks.shape[1]])
        assert fast.n_relevant.tolist() == row.n_relevant.tolist()


@given(complete_rankings(), st.integers(1, 12))
def test_the_fast_metrics_agree_with_the_slow_ones(rankings_and_truth, k):
    judgement = judge_complete(*rankings_and_truth)
    rankings, relevant, ignored = rankings_and_truth
    for metric in (AREA, RevisitedPrecision(k)):
        slow = metric.reference_value
        expected = [slow(rankings[q], relevant[q], ignored[q]) if relevant[q] else np.nan for q in relevant]
        np.testing.assert_allclose(metric.per_query(judgement), expected, rtol=0, atol=1e-12)


@given(complete_rankings())
def test_the_ranks_of_ignored_images_do_not_matter(rankings_and_truth):
    rankings, relevant, ignored = rankings_and_truth
    last = {q: sorted(ranking, key=lambda image: image in ignored[q]) for q, ranking in rankings.items()}
    moved, stayed = judge_complete(last, relevant, ignored), judge_complete(rankings, relevant, ignored)
    np.testing.assert_array_equal(moved.ranks, stayed.ranks)


@pytest.mark.parametrize(
    ("ranking", "relevant", "message"),
    [([1, 2, 1], {1}, "names an image twice"), ([1, 2], {1, 3}, "image 3 cannot be both relevant and ignored")],
)
def test_contradictions_are_refused_by_both_judges(ranking, relevant, message):
    with pytest.raises(ValueError, match=f"query 'q': .*{message}"):
        judge_complete({"q": ranking}, {"q": relevant}, {"q": {3}})
    with pytest.raises(ValueError, match=f"query 'q': .*{message}"):
        judge_complete_codes(["q"], np.array([ranking]), [np.array(sorted(relevant))], [np.array([3])])


def test_a_ranking_of_an_unknown_query_is_refused_by_name():
    with pytest.raises(ValueError, match="'stray' is not part of the ground truth"):
        judge_complete({"stray": ["a"]}, {"q": {"a"}}, {})


def test_a_cut_off_of_0_is_refused():
    with pytest.raises(ValueError, match="revisited_precision@0: the cut-off must be 1 or more"):
        RevisitedPrecision(0)
