"""Confidence intervals: the fast weighted scores against scoring each resample, and the coverage."""

import numpy as np
import pytest

from metrics import (
    METRICS,
    GlobalAveragePrecision,
    MeanAveragePrecision,
    NoPositives,
    QueryValues,
    RevisitedPrecision,
    Top1Accuracy,
    TrapezoidAveragePrecision,
    intervals,
    judge_complete,
    judge_retrieval,
    metric,
    metrics_of,
)
from metrics.statistics.bootstrap import resamples, sorted_by_id, weighted_score
from tests.factories.judgements import judgement_for, recognition_sample

EVERY = [*METRICS.values(), metric("map@7"), GlobalAveragePrecision(ignore_non_landmark=True)]
every_metric = pytest.mark.parametrize("each", EVERY, ids=repr)


def complete_judgement(rng):
    """Ten queries, some of them without a relevant image."""
    images = np.arange(8)
    relevant = {f"q{i}": set(rng.choice(images, rng.integers(0, 4), replace=False).tolist()) for i in range(10)}
    rankings = {query: rng.permutation(images).tolist() for query in relevant if rng.random() < 0.9}
    return judge_complete(rankings, relevant, {})


def score_by_resampling(each, judgement, counts):
    """The score of the judgement with each query repeated as often as it was drawn."""
    try:
        return each.score(judgement.select(np.repeat(np.arange(len(counts)), counts)))
    except NoPositives:
        return np.nan


@every_metric
@pytest.mark.parametrize("seed", range(20))
def test_a_weighted_score_equals_scoring_the_resampled_queries(each, seed):
    judgement = judgement_for(each, seed)
    score = weighted_score(each, judgement)
    for counts in resamples(judgement, 20, seed):
        assert score(counts) == pytest.approx(score_by_resampling(each, judgement, counts), nan_ok=True)


@pytest.mark.parametrize("each", [RevisitedPrecision(3), TrapezoidAveragePrecision()], ids=repr)
@pytest.mark.parametrize("seed", range(20))
def test_metrics_of_complete_rankings_have_weighted_scores_too(each, seed):
    judgement = complete_judgement(np.random.default_rng(seed))
    score = weighted_score(each, judgement)
    for counts in resamples(judgement, 20, seed):
        assert score(counts) == pytest.approx(score_by_resampling(each, judgement, counts), nan_ok=True)


@pytest.mark.parametrize("each", [Top1Accuracy(), GlobalAveragePrecision()], ids=repr)
def test_without_a_query_that_counts_there_is_neither_score_nor_interval(each):
    judgement = judgement_for(each, seed=0)
    nothing = judgement.select(~judgement.landmark)
    assert np.isnan(weighted_score(each, nothing)(np.ones(len(nothing.query_ids), dtype=np.int64)))
    assert intervals([each], nothing) == {}
    assert intervals([each], judgement.select(np.array([], dtype=np.intp))) == {}


@every_metric
def test_an_interval_is_the_quantiles_of_slowly_scored_resamples(each):
    judgement = sorted_by_id(judgement_for(each, seed=4))
    scores = [score_by_resampling(each, judgement, counts) for counts in resamples(judgement, 50, 7)]
    result = intervals([each], judgement, replicates=50, level=0.8, seed=7)
    assert result == {each.name: pytest.approx(tuple(np.nanquantile(scores, [0.1, 0.9])))}


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
    result = {intervals([MeanAveragePrecision()], judgement, replicates=50, seed=seed)["map@100"] for seed in range(5)}
    assert len(result) > 1


def test_a_higher_level_is_wider_and_holds_the_score():
    judgement = judgement_for(GlobalAveragePrecision(), seed=8)
    half, most = (intervals([GlobalAveragePrecision()], judgement, level=level)["gap"] for level in (0.5, 0.95))
    assert most[0] < half[0] < GlobalAveragePrecision().score(judgement) < half[1] < most[1]


def test_equal_queries_have_an_interval_of_one_score():
    judgement = judge_retrieval({"q": ["a"], "r": ["a"]}, {"q": ["a"], "r": ["a"]})
    assert intervals([MeanAveragePrecision()], judgement) == {"map@100": (1.0, 1.0)}


@pytest.mark.parametrize("each", metrics_of("retrieval"), ids=repr)
def test_query_values_are_enough_for_independent_metrics(each):
    judgement = judgement_for(each, seed=9)
    values = QueryValues(judgement.query_ids, each.per_query(judgement))
    assert intervals([each], values, replicates=50) == intervals([each], judgement, replicates=50)


def retrieval_sample(rng, n):
    """Values of queries under map@100, in a population with many failures."""
    values = np.where(rng.random(n) < 0.4, 0.0, rng.beta(0.8, 0.8, n))
    return QueryValues(np.array([f"{i:06}" for i in range(n)], dtype=object), values)


@pytest.mark.slow
@pytest.mark.parametrize("n", [50, 500])
@pytest.mark.parametrize(("name", "population"), [("map@100", retrieval_sample), ("gap", recognition_sample)])
def test_intervals_contain_the_expected_score_in_95_of_100_samples(name, population, n):
    """The estimate aims at the expected score of n queries; by GAP it differs from that of all queries.

    300 samples give the share to 0.013, and the bounds are three times as wide. By GAP of 50 queries it is not
    0.95: of 1000 samples, with 1000 replicates, it was 0.935.
    """
    share = 0.935 if (name, n) == ("gap", 50) else 0.95
    each, n_samples, rng = metric(name), 300, np.random.default_rng(1)
    ones = np.ones(n, dtype=np.int64)
    expected = np.mean([weighted_score(each, population(rng, n))(ones) for _ in range(1000)])
    result = [
        intervals([each], population(np.random.default_rng([2, sample]), n), replicates=200, seed=sample)[name]
        for sample in range(n_samples)
    ]
    coverage = np.mean([low <= expected <= high for low, high in result])
    assert coverage == pytest.approx(share, abs=3 * np.sqrt(share * (1 - share) / n_samples))
