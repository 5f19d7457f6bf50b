"""Tests of `metrics.protocol_metrics`, against the evaluation that Radenović et al. published with revisited Oxford."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import (
    DIFFICULTIES,
    PROTOCOL_METRICS,
    NoPositives,
    ProtocolJudgements,
    QueryValues,
    intervals,
    judge_complete,
    metric,
    revisited,
)

RANKED = {"q": list("jeahbnmckl")}
GRADES = {"q": {"easy": {"e", "b"}, "hard": {"h", "k"}, "ignored": {"j"}}}


def published_scores(ranking, ok, junk, cut_offs):
    """Return AP and the precisions of one query as the published evaluation defines them, None without a positive.

    Positions count from 0. Each positive moves up by the junk images above it. AP sums trapezoids. Precision at k is
    taken at the last positive if that stands above k.
    """
    if not ok:
        return None
    positions = [place for place, image in enumerate(ranking) if image in ok]
    junk_places = [place for place, image in enumerate(ranking) if image in junk]
    positions = [place - sum(each < place for each in junk_places) for place in positions]
    area = 0.0
    for nth, place in enumerate(positions):
        before = 1.0 if place == 0 else nth / place
        area += (before + (nth + 1) / (place + 1)) / (2 * len(ok))
    ends = [min(max(place + 1 for place in positions), k) for k in cut_offs]
    return [area, *(sum(place + 1 <= end for place in positions) / end for end in ends)]


def judge(rankings, grades):
    lists = [{query: images[grade] for query, images in grades.items()} for grade in ("easy", "hard", "ignored")]
    judgements = {name: judge_complete(rankings, *revisited(*lists, name)) for name in DIFFICULTIES}
    return ProtocolJudgements(np.array([*grades], object), judgements)


@st.composite
def graded_rankings(draw):
    """Complete rankings of nine images, each easy, hard, junk or wrong for a query."""
    rankings, grades = {}, {}
    for query in draw(st.lists(st.sampled_from("qrs"), unique=True, min_size=1)):
        roles = draw(st.lists(st.sampled_from(["easy", "hard", "ignored", "wrong"]), min_size=9, max_size=9))
        grades[query] = {
            grade: {image for image, role in enumerate(roles) if role == grade} for grade in ("easy", "hard", "ignored")
        }
        rankings[query] = draw(st.permutations(range(9)))
    return rankings, grades


def published_mean(rankings, grades, protocol, place):
    relevant = {"easy": ("easy",), "medium": ("easy", "hard"), "hard": ("hard",)}[protocol]
    values = []
    for query, of in grades.items():
        ok = set().union(*(of[grade] for grade in relevant))
        scores = published_scores(rankings[query], ok, set().union(*of.values()) - ok, (1, 5, 10))
        values += [] if scores is None else [scores[place]]
    return np.mean(values) if values else None


def test_the_worked_example_has_the_published_scores():
    expected = {
        "map_easy": 0.791667, "map_medium": 0.688988, "map_hard": 0.258333,
        "mp@5_easy": 2 / 3, "mp@10_medium": 0.5, "mp@1_hard": 0, "mp@10_hard": 1 / 3,
    }  # fmt: skip
    judgement = judge(RANKED, GRADES)
    assert {name: metric(name).score(judgement) for name in expected} == pytest.approx(expected, abs=1e-6)


@settings(max_examples=60)
@given(graded_rankings())
def test_every_score_equals_that_of_the_published_evaluation(rankings_and_grades):
    rankings, grades = rankings_and_grades
    judgement = judge(rankings, grades)
    for number, each in enumerate(PROTOCOL_METRICS):
        expected = published_mean(rankings, grades, each.protocol, number // len(DIFFICULTIES))
        if expected is None:
            with pytest.raises(NoPositives):
                each.score(judgement)
        else:
            assert each.score(judgement) == pytest.approx(expected, abs=1e-12), each.name
            assert each.reference_score(grades, rankings) == pytest.approx(expected, abs=1e-12), each.name


def test_a_query_without_a_positive_is_left_out_of_a_protocol_only():
    grades = GRADES | {"r": {"easy": {"a"}, "hard": set(), "ignored": set()}}
    judgement = judge(RANKED | {"r": ["a", "e"]}, grades)
    assert np.isnan(metric("map_hard").per_query(judgement)).tolist() == [False, True]
    assert metric("map_easy").score(judgement) == pytest.approx((0.791667 + 1) / 2, abs=1e-6)
    assert metric("map_hard").score(judgement) == pytest.approx(0.258333, abs=1e-6)
    with pytest.raises(NoPositives, match="map_hard"):
        metric("map_hard").score(judgement.select(np.array([1])))


def test_intervals_of_a_protocol_leave_out_its_queries_without_a_positive():
    judgement = judge(RANKED | {"r": ["a"]}, GRADES | {"r": {"easy": {"a"}, "hard": set(), "ignored": set()}})
    (bounds,) = intervals([metric("map_hard")], judgement).values()
    assert bounds == pytest.approx((0.258333, 0.258333), abs=1e-6)
    values = QueryValues(judgement.query_ids, metric("map_hard").per_query(judgement))
    assert metric("map_hard").score_of(values.values) == pytest.approx(0.258333, abs=1e-6)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("mAP M", "map_medium"), ("map hard", "map_hard"), ("mAP-E", "map_easy"), ("mP@10 H", "mp@10_hard")],
)
def test_the_names_of_the_papers_are_understood(spelling, name):
    assert metric(spelling).name == name
