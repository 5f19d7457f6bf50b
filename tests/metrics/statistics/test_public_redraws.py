"""Tests of `metrics.statistics.public_redraws` and of `metrics.kernels`: scores of the parts, and the masks."""

from dataclasses import replace

import numpy as np
import pytest

from metrics import METRICS, GlobalAveragePrecision, MeanAveragePrecision, MedianFirstHit, NoPositives, QueryValues
from metrics.statistics.bootstrap import is_mean
from metrics.statistics.public_redraws import BLOCK, part_scores, random_public_masks
from tests.factories.judgements import judgement_for

GAPS = [GlobalAveragePrecision(), GlobalAveragePrecision(ignore_non_landmark=True)]
EVERY = [*GAPS, *(each for each in METRICS.values() if is_mean(each) and each not in GAPS)]


def masks_of(public, strata=None, draws=100, seed=0):
    strata = np.zeros(len(public), int) if strata is None else strata
    return np.concatenate(list(random_public_masks(public, strata, draws, seed)))


def part_score(each, judgement, mask):
    """The score of the queries of a part."""
    try:
        return each.score(judgement.select(mask))
    except NoPositives:
        return np.nan


def answers_for(each, seed):
    """Three answers to the same queries."""
    first, *others = (judgement_for(each, seed + i) for i in range(3))
    if each.task == "retrieval":
        return [first, *(replace(other, query_ids=first.query_ids) for other in others)]
    shown = {"query_ids": first.query_ids, "landmark": first.landmark}
    return [first, *(replace(other, **shown, correct=other.correct & first.landmark) for other in others)]


@pytest.mark.parametrize("each", EVERY, ids=repr)
@pytest.mark.parametrize("seed", range(10))
def test_part_scores_equal_scoring_the_queries_of_the_part(each, seed):
    answers = answers_for(each, 3 * seed)
    masks = masks_of(np.arange(20) < 1 + seed, draws=30, seed=seed)
    result = part_scores(each, answers)(masks)
    slow = [[[part_score(each, answer, part) for answer in answers] for part in (mask, ~mask)] for mask in masks]
    np.testing.assert_allclose(result, slow, rtol=1e-12, atol=1e-12)


def test_each_draw_has_the_original_number_of_public_queries_per_stratum():
    rng = np.random.default_rng(0)
    public, strata = rng.random(300) < 0.3, rng.integers(3, size=300)
    masks = masks_of(public, strata)
    for stratum in range(3):
        assert set(masks[:, strata == stratum].sum(axis=1)) == {public[strata == stratum].sum()}


def test_every_query_is_drawn_as_often_as_every_other():
    masks = masks_of(np.arange(50) < 20, draws=4000)
    assert abs(masks.mean(axis=0) - 0.4).max() < 0.04
    together = (masks.T.astype(float) @ masks)[~np.eye(50, dtype=bool)] / len(masks)
    assert abs(together - 20 / 50 * 19 / 49).max() < 0.04


def test_the_first_draws_are_the_same_for_any_number_of_them():
    public = np.arange(40) < 10
    np.testing.assert_array_equal(masks_of(public, draws=2 * BLOCK + 3)[: BLOCK + 1], masks_of(public, draws=BLOCK + 1))


def test_another_seed_draws_others():
    public = np.arange(40) < 10
    assert (masks_of(public, seed=1) != masks_of(public, seed=2)).any()


def test_a_part_without_a_query_that_counts_has_no_score():
    answers = [QueryValues(np.array(["a", "b"], object), np.array([0.5, np.nan]))]
    result = part_scores(MeanAveragePrecision(), answers)(np.array([[True, False]]))
    np.testing.assert_array_equal(result, [[[0.5], [np.nan]]])


def test_medians_are_refused():
    with pytest.raises(ValueError, match="not a mean"):
        part_scores(MedianFirstHit(), [judgement_for(MedianFirstHit(), 0)])
