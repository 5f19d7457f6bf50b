"""Standard errors: the fast way against scoring without each query, and against the bootstrap."""

import numpy as np
import pytest

from metrics import (
    METRICS,
    GlobalAveragePrecision,
    MedianFirstHit,
    NoPositives,
    QueryValues,
    RecognitionJudgement,
    Top1Accuracy,
    judge_retrieval,
    metric,
)
from metrics.statistics.bootstrap import is_mean, resamples, weighted_score
from metrics.statistics.jackknife import leave_one_out_scores, standard_error
from tests.factories.judgements import judgement_for

GAPS = [GlobalAveragePrecision(), GlobalAveragePrecision(ignore_non_landmark=True)]
EVERY = [*GAPS, *(each for each in METRICS.values() if is_mean(each) and each not in GAPS)]


def leave_one_out_by_scoring(each, judgement):
    """The scores of the judgement without each query in turn."""
    n = len(judgement.query_ids)
    scores = []
    for query in range(n):
        try:
            scores.append(each.score(judgement.select(np.delete(np.arange(n), query))))
        except NoPositives:
            scores.append(np.nan)
    return np.array(scores)


@pytest.mark.parametrize("each", EVERY, ids=repr)
@pytest.mark.parametrize("seed", range(20))
def test_a_jackknife_value_equals_the_score_of_the_other_queries(each, seed):
    judgement = judgement_for(each, seed)
    counted = slice(None) if each in GAPS else ~np.isnan(each.per_query(judgement))
    np.testing.assert_allclose(
        leave_one_out_scores(each, judgement), leave_one_out_by_scoring(each, judgement)[counted], rtol=1e-12
    )


def test_a_mean_has_the_paired_error_of_the_differences():
    rng = np.random.default_rng(0)
    ids = np.array([f"{i:03}" for i in range(200)], object)
    one, other = (QueryValues(ids, rng.random(200)) for _ in range(2))
    paired = np.std(one.values - other.values, ddof=1) / np.sqrt(200)
    assert standard_error(metric("map@100"), one, other) == pytest.approx(paired)


def test_the_paired_error_of_gap_is_the_deviation_over_resampled_queries():
    rng = np.random.default_rng(1)
    n = 600
    landmark = rng.random(n) < 0.7
    answers = []
    for skill in (0.5, 0.55):
        correct = landmark & (rng.random(n) < skill)
        confidence = rng.random(n) + correct
        ids = np.array([f"{i:03}" for i in range(n)], object)
        answers.append(RecognitionJudgement(ids, landmark, np.ones(n, bool), correct, confidence))
    scores = [weighted_score(GlobalAveragePrecision(), each) for each in answers]
    differences = [scores[1](counts) - scores[0](counts) for counts in resamples(answers[0], 2000, 0)]
    assert standard_error(GlobalAveragePrecision(), answers[1], answers[0]) == pytest.approx(
        np.std(differences), rel=0.1
    )


def test_the_same_answer_twice_differs_by_nothing():
    judgement = judgement_for(GlobalAveragePrecision(), 3)
    assert standard_error(GlobalAveragePrecision(), judgement, judgement) == 0


def test_a_single_query_leaves_the_error_unknown():
    alone = judge_retrieval({"q": ["a"]}, {"q": {"a"}})
    assert standard_error(metric("map@100"), alone) == np.inf
    landmark = np.array([True, False])
    one_landmark = RecognitionJudgement(
        np.array(["p", "q"], object), landmark, landmark, landmark, np.array([1, np.nan])
    )
    assert standard_error(GlobalAveragePrecision(), one_landmark) == np.inf


def test_medians_and_other_queries_are_refused():
    judgement = judgement_for(MedianFirstHit(), 0)
    with pytest.raises(ValueError, match="not a mean"):
        standard_error(MedianFirstHit(), judgement)
    a, b = (judgement_for(Top1Accuracy(), seed) for seed in (0, 1))
    with pytest.raises(ValueError, match="different queries"):
        standard_error(Top1Accuracy(), a, b)
