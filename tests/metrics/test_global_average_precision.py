"""Tests of `metrics.global_average_precision`: known scores and properties."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from metrics import GlobalAveragePrecision, NoPositives, judge_recognition

LANDMARKS = st.integers(0, 4)
CONFIDENCES = st.sampled_from([-1.0, 0.0, 0.25, 0.5]) | st.floats(-1e6, 1e6)
UNSEEN = 99


@st.composite
def competitions(draw):
    """Labellings and ground truth with at least one landmark; ties are common."""
    truths = draw(st.lists(st.lists(LANDMARKS, max_size=2), max_size=7))
    ground_truth = {f"query {i}": truth for i, truth in enumerate([[0], *truths])}
    labellings = {query: draw(st.tuples(LANDMARKS, CONFIDENCES)) for query in ground_truth if draw(st.booleans())}
    return labellings, ground_truth


def gap(labellings, ground_truth, **options):
    return GlobalAveragePrecision(**options).score(judge_recognition(labellings, ground_truth))


def gap_by_the_book(labellings, ground_truth, *, ignore_non_landmark):
    """The definition, read aloud."""
    right, total = 0, 0.0
    answers = sorted(labellings.items(), key=lambda answer: (-answer[1][1], answer[0]))
    ranked = [answer for answer in answers if ground_truth[answer[0]] or not ignore_non_landmark]
    for rank, (query, (landmark, _)) in enumerate(ranked, start=1):
        if landmark in ground_truth[query]:
            right += 1
            total += right / rank
    return total / sum(1 for truth in ground_truth.values() if truth)


@pytest.mark.parametrize(("ignore", "score"), [(False, 0.166667), (True, 0.333333)])
def test_the_score_of_the_reference_case_equals_that_of_the_reference(reference_recognition, ignore, score):
    assert GlobalAveragePrecision(ignore).score(reference_recognition) == pytest.approx(score, abs=1e-6)


@pytest.mark.parametrize(("ignore", "score"), [(False, 0.555556), (True, 0.666667)])
def test_answers_to_queries_without_a_landmark_count_unless_they_are_ignored(worked_recognition, ignore, score):
    assert GlobalAveragePrecision(ignore).score(worked_recognition) == pytest.approx(score, abs=1e-6)


def test_gives_each_query_its_share_of_the_sum(worked_recognition):
    shares = GlobalAveragePrecision().per_query(worked_recognition)
    np.testing.assert_allclose(shares, [1, 2 / 3, np.nan, 0])


def test_orders_equal_confidences_by_query_id():
    ground_truth = {"t4": [3], "t3": [], "t2": [7, 9], "t1": [7]}
    labellings = {"t3": (7, 0.5), "t1": (7, 0.5), "t4": (3, 0.5), "t2": (9, 0.5)}
    assert gap(labellings, ground_truth) == pytest.approx(0.916667, abs=1e-6)


def test_a_tie_is_lost_if_the_wrong_answer_has_the_smaller_id():
    assert gap({"a": (1, 0.5), "b": (2, 0.5)}, {"a": [1], "b": [1]}) == 0.5
    assert gap({"a": (2, 0.5), "b": (1, 0.5)}, {"a": [1], "b": [1]}) == 0.25


def test_needs_a_query_that_shows_a_landmark():
    with pytest.raises(NoPositives, match="gap: none of the 1 queries counts"):
        gap({"q": (1, 0.5)}, {"q": []})


@given(competitions(), st.booleans())
def test_agrees_with_the_definition(competition, ignore):
    expected = gap_by_the_book(*competition, ignore_non_landmark=ignore)
    assert gap(*competition, ignore_non_landmark=ignore) == pytest.approx(expected)


@given(competitions(), st.data())
def test_only_the_order_of_confidences_matters(competition, data):
    labellings, ground_truth = competition
    old = sorted({confidence for _, confidence in labellings.values()})
    new = sorted(data.draw(st.sets(st.floats(-1e9, 1e9), min_size=len(old), max_size=len(old))))
    mapped = dict(zip(old, new, strict=True))
    rescaled = {query: (landmark, mapped[confidence]) for query, (landmark, confidence) in labellings.items()}
    assert gap(rescaled, ground_truth) == gap(labellings, ground_truth)


@given(competitions())
def test_a_wrong_answer_less_confident_than_all_others_changes_nothing(competition):
    labellings, ground_truth = competition
    worse = {query: (UNSEEN, -1e7) for query in ground_truth if query not in labellings}
    assert gap(worse | labellings, ground_truth) == gap(labellings, ground_truth)


@given(competitions(), CONFIDENCES)
def test_an_additional_right_answer_never_lowers_the_score(competition, confidence):
    labellings, ground_truth = competition
    left = [query for query, truth in ground_truth.items() if truth and query not in labellings]
    assume(left)
    more = labellings | {left[0]: (ground_truth[left[0]][0], confidence)}
    assert gap(more, ground_truth) >= gap(labellings, ground_truth)


@given(competitions(), st.randoms(use_true_random=False))
def test_query_ids_matter_only_among_equal_confidences(competition, random):
    labellings, ground_truth = competition
    untied = {query: (landmark, rank) for rank, (query, (landmark, _)) in enumerate(labellings.items())}
    renamed = dict(zip(ground_truth, random.sample(sorted(ground_truth), len(ground_truth)), strict=True))
    moved = gap({renamed[q]: a for q, a in untied.items()}, {renamed[q]: truth for q, truth in ground_truth.items()})
    assert moved == gap(untied, ground_truth)
