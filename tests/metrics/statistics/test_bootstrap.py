"""Intervals of scores: the quick ways against the slow one, and how often they hold the truth."""

import numpy as np
import pytest

from metrics import (
    METRICS,
    GlobalAveragePrecision,
    MeanAveragePrecision,
    NoPositives,
    QueryValues,
    RecognitionJudgement,
    RevisitedPrecision,
    Top1Accuracy,
    TrapezoidAveragePrecision,
    intervals,
    judge_complete,
    judge_retrieval,
    metric,
    metrics_of,
)
from metrics.statistics.bootstrap import by_id, recounted, resamples
from tests.metrics.test_every_metric import judgement_for

EVERY = [*METRICS.values(), metric("map@7"), GlobalAveragePrecision(ignore_non_landmark=True)]
every_metric = pytest.mark.parametrize("each", EVERY, ids=repr)


def complete_judgement(rng):
    """Ten queries, some of them without a relevant image."""
    images = np.arange(8)
    relevant = {f"q{i}": set(rng.choice(images, rng.integers(0, 4), replace=False).tolist()) for i in range(10)}
    rankings = {query: rng.permutation(images).tolist() for query in relevant if rng.random() < 0.9}
    return judge_complete(rankings, relevant, {})


def slowly(each, judgement, counts):
    """The score of the judgement with each query written out as often as it was drawn."""
    try:
        return each.score(judgement.select(np.repeat(np.arange(len(counts)), counts)))
    except NoPositives:
        return np.nan


@every_metric
@pytest.mark.parametrize("seed", range(20))
def test_recounting_gives_what_scoring_the_drawn_queries_gives(each, seed):
    judgement = judgement_for(each, seed)
    score = recounted(each, judgement)
    for counts in resamples(judgement, 20, seed):
        assert score(counts) == pytest.approx(slowly(each, judgement, counts), nan_ok=True)


@pytest.mark.parametrize("each", [RevisitedPrecision(3), TrapezoidAveragePrecision()], ids=repr)
@pytest.mark.parametrize("seed", range(20))
def test_metrics_of_complete_rankings_are_recounted_too(each, seed):
    judgement = complete_judgement(np.random.default_rng(seed))
    score = recounted(each, judgement)
    for counts in resamples(judgement, 20, seed):
        assert score(counts) == pytest.approx(slowly(each, judgement, counts), nan_ok=True)


@pytest.mark.parametrize("each", [Top1Accuracy(), GlobalAveragePrecision()], ids=repr)
def test_where_no_query_counts_there_is_neither_score_nor_interval(each):
    judgement = judgement_for(each, seed=0)
    nothing = judgement.select(~judgement.landmark)
    assert np.isnan(recounted(each, nothing)(np.ones(len(nothing.query_ids), dtype=np.int64)))
    assert intervals([each], nothing) == {}
    assert intervals([each], judgement.select(np.array([], dtype=np.intp))) == {}


@every_metric
def test_an_interval_is_the_quantiles_of_slowly_scored_resamples(each):
    judgement = by_id(judgement_for(each, seed=4))
    scores = [slowly(each, judgement, counts) for counts in resamples(judgement, 50, 7)]
    found = intervals([each], judgement, replicates=50, level=0.8, seed=7)
    assert found == {each.name: pytest.approx(tuple(np.nanquantile(scores, [0.1, 0.9])))}


@pytest.mark.parametrize("task", ["retrieval", "recognition"])
def test_metrics_share_one_resample(task):
    judgement = judgement_for(metrics_of(task)[0], seed=2)
    together = intervals(metrics_of(task), judgement, replicates=40)
    alone = [intervals([each], judgement, replicates=40) for each in metrics_of(task)]
    assert together == {name: bounds for each in alone for name, bounds in each.items()}


@every_metric
def test_the_order_of_queries_does_not_change_an_interval(each):
    judgement = judgement_for(each, seed=5)
    backwards = judgement.select(np.arange(len(judgement.query_ids))[::-1])
    assert intervals([each], backwards, replicates=50) == intervals([each], judgement, replicates=50)


def test_the_first_replicates_are_the_same_for_any_number_of_them():
    judgement = judgement_for(MeanAveragePrecision(), seed=6)
    many = list(resamples(judgement, 30, 1))
    assert all(np.array_equal(a, b) for a, b in zip(resamples(judgement, 10, 1), many, strict=False))
    assert all(counts.sum() == len(counts) for counts in many)


def test_another_seed_draws_others():
    judgement = judgement_for(MeanAveragePrecision(), seed=6)
    found = {intervals([MeanAveragePrecision()], judgement, replicates=50, seed=seed)["map@100"] for seed in range(5)}
    assert len(found) > 1


def test_a_higher_level_is_wider_and_holds_the_score():
    judgement = judgement_for(GlobalAveragePrecision(), seed=8)
    half, most = (intervals([GlobalAveragePrecision()], judgement, level=level)["gap"] for level in (0.5, 0.95))
    assert most[0] < half[0] < GlobalAveragePrecision().score(judgement) < half[1] < most[1]


def test_equal_queries_leave_no_doubt():
    judgement = judge_retrieval({"q": ["a"], "r": ["a"]}, {"q": ["a"], "r": ["a"]})
    assert intervals([MeanAveragePrecision()], judgement) == {"map@100": (1.0, 1.0)}


@pytest.mark.parametrize("each", metrics_of("retrieval"), ids=repr)
def test_the_values_of_queries_are_enough_where_they_are_pooled(each):
    judgement = judgement_for(each, seed=9)
    values = QueryValues(judgement.query_ids, each.per_query(judgement))
    assert intervals([each], values, replicates=50) == intervals([each], judgement, replicates=50)


def rankings_drawn(rng, n):
    """What queries got by map@100, of a population with many failures."""
    values = np.where(rng.random(n) < 0.4, 0.0, rng.beta(0.8, 0.8, n))
    return QueryValues(np.array([f"{i:06}" for i in range(n)], dtype=object), values)


def labellings_drawn(rng, n):
    """Answers of a population in which nine in ten show a landmark; the surer, the oftener right."""
    landmark, answered, confidence = rng.random(n) < 0.9, rng.random(n) < 0.9, rng.random(n)
    correct = landmark & answered & (rng.random(n) < 0.3 + 0.6 * confidence)
    ids = np.array([f"{i:06}" for i in range(n)], dtype=object)
    return RecognitionJudgement(ids, landmark, answered, correct, np.where(answered, confidence, np.nan))


@pytest.mark.slow
@pytest.mark.parametrize("n", [50, 200, 1000])
@pytest.mark.parametrize(("name", "drawn"), [("map@100", rankings_drawn), ("gap", labellings_drawn)])
def test_intervals_hold_the_expected_score_of_so_many_queries_in_95_of_100_worlds(name, drawn, n):
    """The expected score of n queries is what the estimate aims at; by GAP it differs from that of all queries.

    Of 500 worlds the share is known to 0.01, and the bounds are three times as wide. By GAP of 50 queries it is not
    0.95: of 1000 worlds, with 1000 replicates, it was 0.935.
    """
    share = 0.935 if (name, n) == ("gap", 50) else 0.95
    each, worlds, rng = metric(name), 500, np.random.default_rng(1)
    ones = np.ones(n, dtype=np.int64)
    expected = np.mean([recounted(each, drawn(rng, n))(ones) for _ in range(2000)])
    found = [
        intervals([each], drawn(np.random.default_rng([2, world]), n), replicates=400, seed=world)[name]
        for world in range(worlds)
    ]
    coverage = np.mean([low <= expected <= high for low, high in found])
    assert coverage == pytest.approx(share, abs=3 * np.sqrt(share * (1 - share) / worlds))
