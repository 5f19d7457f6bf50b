"""Tests of `metrics.statistics.comparison` and `metrics.statistics.permutation_test`: values, properties, error rates."""

from dataclasses import fields, replace
from itertools import product

import numpy as np
import pytest

from metrics import (
    METRICS,
    GlobalAveragePrecision,
    MeanAveragePrecision,
    MeanFirstHit,
    MedianFirstHit,
    NoPositives,
    QueryValues,
    Top1Accuracy,
    compare,
    holm,
    judge_recognition,
    metric,
    most_different,
)
from metrics.statistics.permutation_test import exchange_difference, permutation_p_value
from tests.factories.judgements import judgement_for, recognition_sample

EVERY = [*METRICS.values(), metric("map@7"), GlobalAveragePrecision(ignore_non_landmark=True)]
every_metric = pytest.mark.parametrize("each", EVERY, ids=repr)


def two_answers(each, seed, n=20):
    """Two judgements of the same queries, by the same truth."""
    a, b = judgement_for(each, seed, n), judgement_for(each, seed + 1000, n)
    if each.task == "retrieval":
        return a, replace(b, query_ids=a.query_ids)
    return a, replace(b, query_ids=a.query_ids, landmark=a.landmark, correct=b.correct & a.landmark)


def difference_by_scoring(each, a, b, swap):
    """The difference of the scores after exchanging the answers to some queries one by one."""
    if isinstance(each, GlobalAveragePrecision):
        a, b = (replace(one, confidence=-ranks(each, one)) for one in (a, b))
    ours, theirs = ({field.name: getattr(one, field.name).copy() for field in fields(one)} for one in (a, b))
    for query, name in product(np.flatnonzero(swap), ours):
        ours[name][query], theirs[name][query] = getattr(b, name)[query], getattr(a, name)[query]
    return each.score(type(a)(**ours)) - each.score(type(a)(**theirs))


def ranks(each, judgement):
    """The place of each answer in its list."""
    result = np.full(len(judgement.query_ids), np.inf)
    order = each.ranked_rows(judgement)
    result[order] = np.arange(len(order))
    return result


@every_metric
@pytest.mark.parametrize("seed", range(20))
def test_an_exchange_has_the_score_of_the_exchanged_answers(each, seed):
    a, b = two_answers(each, seed)
    difference = exchange_difference(each, a, b)
    rng = np.random.default_rng(seed)
    for swap in [np.zeros(20, dtype=bool), np.ones(20, dtype=bool), *(rng.random((10, 20)) < 0.5)]:
        assert difference(swap) == pytest.approx(difference_by_scoring(each, a, b, swap), abs=1e-12)


@every_metric
def test_without_an_exchange_the_difference_is_that_of_the_scores(each):
    a, b = two_answers(each, 3)
    assert exchange_difference(each, a, b)(np.zeros(20, dtype=bool)) == pytest.approx(
        each.score(a) - each.score(b), abs=1e-12
    )


@every_metric
def test_p_is_near_the_share_over_all_possible_exchanges(each):
    a, b = two_answers(each, 11, n=9)
    difference = exchange_difference(each, a, b)
    all_exchanges = [abs(difference(np.array(swap))) for swap in product([False, True], repeat=9)]
    exact = np.mean([result >= all_exchanges[0] - 1e-9 for result in all_exchanges])
    assert permutation_p_value(each, [a], [b], 4000, 1) == pytest.approx(exact, abs=0.04)


@every_metric
def test_identical_answers_do_not_differ(each):
    judgement = judgement_for(each, 5)
    (pair,) = compare(each, {"a": [judgement], "b": [judgement]}, replicates=50).pairs
    assert (pair.difference, pair.low, pair.high, pair.p, pair.p_holm, pair.effect) == (0, 0, 0, 1, 1, 0)
    assert (pair.wins, pair.losses) == (0, 0)
    assert most_different(each, [judgement], [judgement], 5) == []


@every_metric
def test_the_order_of_queries_does_not_matter(each):
    a, b = two_answers(each, 6)
    shuffled = b.select(np.random.default_rng(0).permutation(20))
    assert compare(each, {"a": [a], "b": [shuffled]}, replicates=50) == compare(
        each, {"a": [a], "b": [b]}, replicates=50
    )


@every_metric
def test_the_order_in_which_answers_are_named_changes_no_number(each):
    a, b = two_answers(each, 7)
    one, other = compare(each, {"a": [a], "b": [b]}, replicates=50), compare(each, {"b": [b], "a": [a]}, replicates=50)
    assert one == other


@every_metric
def test_the_better_system_is_first_whether_higher_or_lower_is_better(each):
    a, b = two_answers(each, 8)
    result = compare(each, {"a": [a], "b": [b]}, replicates=50)
    scores = list(result.scores.values())
    assert scores == sorted(scores, reverse=each.higher_is_better)
    assert result.scores == {"a": pytest.approx(each.score(a)), "b": pytest.approx(each.score(b))}


def test_the_scale_of_confidences_does_not_change_a_comparison_by_gap():
    a, b = two_answers(GlobalAveragePrecision(), 9)
    scaled = replace(b, confidence=np.exp(b.confidence) * 1000)
    both = [compare(GlobalAveragePrecision(), {"a": [a], "b": [each]}, replicates=50) for each in (b, scaled)]
    assert both[0] == both[1]


def query_values(*values):
    return QueryValues(np.array([f"q{i}" for i in range(len(values))], dtype=object), np.array(values, dtype=float))


def test_wins_losses_and_effect_are_those_of_the_queries():
    better, worse = query_values(1, 1, 0.5, 0, np.nan), query_values(0, 0.5, 0.5, 0.25, np.nan)
    (pair,) = compare(MeanAveragePrecision(), {"worse": [worse], "better": [better]}).pairs
    assert (pair.better, pair.worse, pair.wins, pair.ties, pair.losses) == ("better", "worse", 2, 1, 1)
    differences = np.array([1, 0.5, 0, -0.25])
    assert pair.difference == pytest.approx(differences.mean())
    assert pair.effect == pytest.approx(differences.mean() / differences.std(ddof=1))


def test_if_lower_is_better_the_lower_value_wins():
    (pair,) = compare(MeanFirstHit(), {"late": [query_values(9, 9, 1)], "early": [query_values(1, 2, 3)]}).pairs
    assert (pair.better, pair.wins, pair.losses) == ("early", 2, 1)
    assert pair.difference < 0


@pytest.mark.parametrize(("values", "effect"), [((0.5, 0.5), None), ((0.0, 0.0), 0.0)])
def test_an_effect_without_spread_is_none_or_zero(values, effect):
    (pair,) = compare(MeanAveragePrecision(), {"a": [query_values(*values)], "b": [query_values(0, 0)]}).pairs
    assert pair.effect == effect


def test_a_median_is_compared_as_a_median():
    result = compare(MedianFirstHit(), {"a": [query_values(1, 1, 101)], "b": [query_values(2, 2, 2)]})
    assert result.scores == {"a": 1.0, "b": 2.0}


def test_a_query_that_counts_for_one_system_only_is_exchanged_unchanged():
    a, b = query_values(1, 1, np.nan), query_values(0, np.nan, 0)
    assert exchange_difference(Top1Accuracy(), a, b)(np.array([False, True, False])) == pytest.approx(1 - 1 / 3)


def test_the_queries_that_differ_most_come_first_and_equal_ones_by_id():
    a, b = query_values(0.5, 1, 0, np.nan, 0.3), query_values(0, 0, 1, np.nan, 0.3)
    result = most_different(MeanAveragePrecision(), [a], [b], 3)
    assert result == [("q1", 1.0, 0.0), ("q2", 0.0, 1.0), ("q0", 0.5, 0.0)]
    assert most_different(MeanAveragePrecision(), [a], [b], 1) == result[:1]


def test_over_folds_a_score_is_the_mean_of_the_folds():
    a, b = [query_values(1, 1), query_values(0, 0, 0, 0)], [query_values(0, 0), query_values(0, 0, 0, 1)]
    result = compare(MeanAveragePrecision(), {"a": a, "b": b})
    assert result.scores == {"a": 0.5, "b": 0.125}
    assert result.queries == 6
    assert result.pairs[0].wins + result.pairs[0].ties + result.pairs[0].losses == 6


def test_over_folds_the_exchange_is_that_of_every_fold():
    each = GlobalAveragePrecision()
    folds = [two_answers(each, seed, n=4) for seed in (31, 32)]
    ways = [np.array(swap) for swap in product([False, True], repeat=4)]
    every = [
        abs(sum(difference_by_scoring(each, a, b, swap) for (a, b), swap in zip(folds, both, strict=True)))
        for both in product(ways, ways)
    ]
    exact = np.mean([result >= every[0] - 1e-9 for result in every])
    a, b = zip(*folds, strict=True)
    assert permutation_p_value(each, a, b, 4000, 1) == pytest.approx(exact, abs=0.04)


def test_the_probabilities_of_being_first_add_up_to_1_and_equal_systems_share_them():
    rng = np.random.default_rng(0)
    answers = {name: [query_values(*rng.random(30))] for name in "abc"}
    result = compare(MeanAveragePrecision(), answers | {"copy": answers["a"]})
    assert sum(result.p_first.values()) == pytest.approx(1)
    assert result.p_first["a"] == result.p_first["copy"]


def test_systems_not_significantly_worse_than_the_best_are_tied_with_it():
    rng = np.random.default_rng(0)
    first = rng.random(200)
    answers = {"first": first, "near": first - 0.001 * (rng.random(200) - 0.4), "far": first * 0.5}
    result = compare(MeanAveragePrecision(), {name: [query_values(*values)] for name, values in answers.items()})
    assert "far" not in result.tied
    assert result.tied[0] == next(iter(result.scores))
    alone = compare(MeanAveragePrecision(), {"first": [query_values(*first)], "far": [query_values(*first * 0.5)]})
    assert alone.tied == ("first",)


def test_the_number_of_exchanges_allows_significance_after_the_correction():
    values = np.arange(40) / 40
    answers = {f"{number:02}": [query_values(*values * (1 - number / 40))] for number in range(9)}
    result = compare(MeanAveragePrecision(), answers, replicates=10)
    assert result.exchanges == 100 * len(result.pairs) == 3600
    assert min(pair.p_holm for pair in result.pairs) <= 0.01


def test_p_is_never_zero():
    (pair,) = compare(MeanAveragePrecision(), {"a": [query_values(*[1] * 100)], "b": [query_values(*[0] * 100)]}).pairs
    assert pair.p == pair.p_holm == 1 / 2001


def holm_by_the_book(p):
    """Step down from the smallest, each times the number of those not yet decided, never below the one before."""
    corrected, last = {}, 0.0
    for step, place in enumerate(sorted(range(len(p)), key=lambda place: p[place])):
        last = max(last, min(1.0, p[place] * (len(p) - step)))
        corrected[place] = last
    return [corrected[place] for place in range(len(p))]


@pytest.mark.parametrize("seed", range(20))
def test_the_correction_of_holm_equals_the_textbook_example(seed):
    p = (np.random.default_rng(seed).random(seed) ** 3).round(2)
    assert holm(p) == pytest.approx(holm_by_the_book(p))


def test_other_queries_cannot_be_compared():
    a, b = query_values(1, 0), query_values(1, 0, 1)
    with pytest.raises(ValueError, match="one and two answer different queries"):
        compare(MeanAveragePrecision(), {"one": [a], "two": [b]})
    with pytest.raises(ValueError, match="answer different queries"):
        compare(MeanAveragePrecision(), {"one": [a, a], "two": [a]})


def test_answers_judged_by_another_ground_truth_cannot_be_compared():
    a, b = judge_recognition({}, {"q": [1], "r": []}), judge_recognition({}, {"q": [1], "r": [2]})
    with pytest.raises(ValueError, match="different ground truths"):
        compare(GlobalAveragePrecision(), {"one": [a], "two": [b]})


def test_without_a_query_that_counts_nothing_can_be_compared():
    nothing = judge_recognition({}, {"q": [], "r": []})
    with pytest.raises(NoPositives, match="gap: no query counts"):
        compare(GlobalAveragePrecision(), {"one": [nothing], "two": [nothing]})


def equally_good(name, sample):
    """Answers of two solutions that are right equally often, on 60 queries; by GAP their confidences differ in scale."""
    rng = np.random.default_rng([5, sample])
    if name == "map@100":
        difficulty = rng.random(60)
        a, b = (query_values(*np.clip(difficulty + rng.normal(0, 0.3, 60), 0, 1)) for _ in range(2))
        return a, b
    a, b = recognition_sample(rng, 60), recognition_sample(rng, 60)
    b = replace(b, landmark=a.landmark, correct=a.landmark & b.answered & (rng.random(60) < 0.3 + 0.6 * b.confidence))
    a = replace(a, correct=a.landmark & a.answered & (rng.random(60) < 0.3 + 0.6 * a.confidence))
    return a, replace(b, confidence=10 * b.confidence)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["map@100", "gap"])
def test_p_is_uniform_if_there_is_no_difference(name):
    p = np.array(
        [permutation_p_value(metric(name), *([one] for one in equally_good(name, w)), 200, w) for w in range(400)]
    )
    for level in (0.05, 0.1, 0.25, 0.5, 0.75):
        assert np.mean(p <= level) == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / len(p)))
    assert np.mean(p <= 0.05) <= 0.075


@pytest.mark.slow
@pytest.mark.parametrize("name", ["map@100", "gap"])
def test_a_real_difference_is_significant(name):
    result = []
    for sample in range(100):
        a, b = equally_good(name, sample)
        if name == "map@100":
            b = replace(b, values=b.values * 0.7)
        else:
            b = replace(b, correct=b.correct & (np.random.default_rng(sample).random(60) < 0.4))
        result.append(permutation_p_value(metric(name), [a], [b], 400, sample))
    assert np.mean(np.array(result) <= 0.05) >= 0.8


@pytest.mark.slow
def test_among_many_equal_systems_a_false_rejection_is_as_rare_as_in_one_pair(monkeypatch):
    """400 exchanges are enough: the least of ten p has to be below 0.005, and two of its values are."""
    monkeypatch.setattr("metrics.statistics.comparison.EXCHANGES", 400)
    monkeypatch.setattr("metrics.statistics.comparison.EXCHANGES_PER_PAIR", 40)
    n_samples, false = 150, 0  # without the correction, 52 would have a false rejection
    for sample in range(n_samples):
        rng = np.random.default_rng([7, sample])
        difficulty = rng.random(50)
        answers = {str(i): [query_values(*np.clip(difficulty + rng.normal(0, 0.3, 50), 0, 1))] for i in range(5)}
        pairs = compare(MeanAveragePrecision(), answers, replicates=2, seed=sample).pairs
        false += any(pair.p_holm < 0.05 for pair in pairs)
    assert 0 < false / n_samples <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / n_samples)
