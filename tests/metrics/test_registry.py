"""Tests of `metrics.registry` and `metrics.base`: what holds for every metric, and how metrics are found by name."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import (
    METRICS,
    GlobalAveragePrecision,
    MeanAveragePrecision,
    MeanFirstHit,
    MedianFirstHit,
    Metric,
    NoPositives,
    Precision,
    Recall,
    Top1Accuracy,
    judge_recognition,
    judge_retrieval,
    metric,
    metrics_of,
)
from metrics.statistics.bootstrap import non_decomposable, weighted_score
from metrics.statistics.jackknife import leave_one_out_scores
from metrics.statistics.permutation_test import exchange_difference
from metrics.statistics.public_redraws import part_scores
from tests.factories.judgements import judgement_for

EVERY = [*METRICS.values(), metric("map@7"), GlobalAveragePrecision(ignore_non_landmark=True)]
every_metric = pytest.mark.parametrize("each", EVERY, ids=repr)


@every_metric
@given(seed=st.integers(0, 2**32))
def test_a_score_lies_within_the_bounds(each, seed):
    low, high = each.bounds
    assert low <= each.score(judgement_for(each, seed)) <= high


@every_metric
@given(seed=st.integers(0, 2**32))
def test_the_order_of_queries_does_not_matter(each, seed):
    judgement = judgement_for(each, seed)
    backwards = judgement.select(np.arange(len(judgement.query_ids))[::-1])
    assert each.score(backwards) == pytest.approx(each.score(judgement))
    np.testing.assert_array_equal(each.per_query(backwards)[::-1], each.per_query(judgement))


@every_metric
def test_the_ground_truth_scores_best_and_no_answers_worst(each):
    worst, best = each.bounds if each.higher_is_better else each.bounds[::-1]
    if each.task == "retrieval":
        truth = {"q": list(range(100)), "r": list(range(100, 200 if each.name == "recall@100" else 300))}
        assert each.score(judge_retrieval(truth, truth)) == best
        assert each.score(judge_retrieval({}, truth)) == worst
    else:
        assert each.score(judge_recognition({"q": (7, 0.5)}, {"q": [7], "r": []})) == best
        assert each.score(judge_recognition({}, {"q": [7], "r": []})) == worst


@every_metric
@pytest.mark.parametrize("seed", range(5))
def test_the_values_of_independent_metrics_do_not_depend_on_the_other_queries(each, seed):
    judgement, rows = judgement_for(each, seed), np.arange(0, 20, 3)
    if each.independent:
        alone = [each.per_query(judgement.select(rows[place : place + 1])) for place in range(len(rows))]
        np.testing.assert_array_equal(np.concatenate(alone), each.per_query(judgement)[rows])
    else:
        assert non_decomposable(each) is each


def test_a_metric_must_declare_whether_its_queries_are_independent():
    class Silent(Top1Accuracy):
        independent = Metric.independent

    with pytest.raises(TypeError, match="independent"):
        Silent()


def test_a_dependent_metric_without_its_own_resampling_is_refused():
    class Dependent(Top1Accuracy):
        independent = False

    judgement = judgement_for(Dependent(), 0)
    for resample in (weighted_score, leave_one_out_scores):
        with pytest.raises(TypeError, match="derive it from NonDecomposableMetric"):
            resample(Dependent(), judgement)
    with pytest.raises(TypeError, match="derive it from NonDecomposableMetric"):
        exchange_difference(Dependent(), judgement, judgement)
    with pytest.raises(TypeError, match="derive it from NonDecomposableMetric"):
        part_scores(Dependent(), [judgement])


@every_metric
def test_a_score_without_queries_raises(each):
    with pytest.raises(NoPositives, match=f"{each}: none of the 0 queries counts"):
        each.score(judgement_for(each, seed=0).select(np.array([], dtype=np.intp)))


@every_metric
def test_a_metric_prints_as_the_name_by_which_it_is_found(each):
    assert (repr(each), str(each), metric(each.name)) == (each.name, each.name, each)


@every_metric
def test_a_metric_can_be_pickled(each):
    copy = pickle.loads(pickle.dumps(each))
    assert (copy, hash(copy)) == (each, hash(each))


def test_no_two_metrics_are_equal():
    assert len(set(EVERY)) == len({each.name for each in EVERY}) == len(EVERY)


def test_leaderboards_rank_by_the_first_metric_of_a_task():
    assert [metrics_of(task)[0].name for task in ("retrieval", "recognition")] == ["map@100", "gap"]


def test_every_metric_is_reported_for_its_own_task():
    assert (*metrics_of("retrieval"), *metrics_of("recognition")) == tuple(METRICS.values())
    assert all(each.task == task for task in ("retrieval", "recognition") for each in metrics_of(task))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("map@5", MeanAveragePrecision(5)),
        ("precision@20", Precision(20)),
        ("recall@20", Recall(20)),
        ("mean_first_hit@3", MeanFirstHit(3)),
        ("median_first_hit@3", MedianFirstHit(3)),
    ],
)
def test_a_retrieval_metric_is_found_at_any_cut_off(name, expected):
    assert metric(name) == expected


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("mAAP@100", "map@100"),
        ("gpa", "gap"),
        ("top1_acc", "top1_accuracy"),
        ("mapp", "map@100"),
        ("recal@100", "recall@100"),
        ("accuarcy", "top1_accuracy"),
    ],
)
def test_the_error_for_an_unknown_name_suggests_the_nearest(name, nearest):
    with pytest.raises(ValueError, match=f"no metric is called '{name}'; did you mean '{nearest}'"):
        metric(name)


def test_a_long_name_is_not_repeated_whole():
    with pytest.raises(ValueError, match="no metric is called") as caught:
        metric("x" * 5000)
    assert len(str(caught.value)) < 1000


def test_the_error_for_a_name_near_to_none_lists_all():
    with pytest.raises(ValueError, match=r"there are map@100, precision@1, .*, top1_accuracy"):
        metric("zzz")


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        *(
            (spelling, "map@100")
            for spelling in ("mAP", "map", "MAP@100", "mAP@100", "mAP 100", "mAP at 100", "map100")
        ),
        ("mean average precision @ 5", "map@5"),
        ("P@10", "precision@10"),
        ("mP@5", "precision@5"),
        ("nDCG", "ndcg@100"),
        ("Median-first-hit", "median_first_hit@100"),
        ("Global Average Precision", "gap"),
        ("\N{MICRO SIGN}AP", "gap"),
        ("GAP landmarks only", "gap_landmarks_only"),
        ("Top-1 accuracy", "top1_accuracy"),
    ],
)
def test_any_usual_spelling_finds_a_metric(spelling, name):
    assert metric(spelling).name == name


@pytest.mark.parametrize(
    "name", ["precision", "R@1", "", "@", "map@1000000000000", "map@5@5", "map@\N{SUPERSCRIPT TWO}"]
)
def test_an_ambiguous_or_malformed_spelling_is_unknown(name):
    with pytest.raises(ValueError, match="no metric is called"):
        metric(name)


@pytest.mark.parametrize("name", ["map@", "map@-1", "map@ -1", "gap@5"])
def test_a_name_with_a_malformed_cut_off_is_unknown(name):
    with pytest.raises(ValueError, match="no metric is called"):
        metric(name)


def test_a_cut_off_of_0_is_refused():
    with pytest.raises(ValueError, match="map@0: the cut-off must be 1 or more"):
        metric("map@0")
