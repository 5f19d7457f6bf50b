"""Tests of `metrics.curves`, against slow definitions, and of the areas that are scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import GlobalAveragePrecision, MeanAveragePrecision, RetrievalJudgement, judge_retrieval
from metrics.curves import LEVELS, precision_at_recall, precision_by_confidence
from tests.factories.judgements import judgement_for


def interpolated_precision(judgement, level):
    """The interpolated precision at a level of recall, query by query, rank by rank."""
    precisions = []
    for hits, n_relevant in zip(judgement.hits, judgement.n_relevant, strict=True):
        if n_relevant:
            ranks = range(1, len(hits) + 1)
            reached = [hits[:rank].sum() / rank for rank in ranks if hits[:rank].sum() / n_relevant >= level - 1e-9]
            precisions.append(max(reached, default=0.0))
    return np.mean(precisions)


@pytest.mark.parametrize("seed", range(8))
def test_the_curve_is_the_highest_precision_at_each_recall_or_beyond(seed):
    judgement = judgement_for(MeanAveragePrecision(), seed)
    levels = np.linspace(0, 1, 12)
    np.testing.assert_allclose(
        precision_at_recall(judgement, levels), [interpolated_precision(judgement, each) for each in levels]
    )


@given(seed=st.integers(0, 2**32))
def test_precision_never_rises_with_recall(seed):
    curve = precision_at_recall(judgement_for(MeanAveragePrecision(), seed))
    assert (np.diff(curve) <= 1e-12).all()
    assert ((curve >= 0) & (curve <= 1)).all()


def test_perfect_lists_have_precision_one_everywhere():
    judgement = judge_retrieval({"q": ["a", "b"], "r": ["c"]}, {"q": {"a", "b"}, "r": {"c"}})
    np.testing.assert_array_equal(precision_at_recall(judgement), np.ones(len(LEVELS)))


def test_queries_without_a_relevant_image_are_left_out():
    judgement = judge_retrieval({"q": ["a"]}, {"q": {"a"}, "r": set()})
    np.testing.assert_array_equal(precision_at_recall(judgement), np.ones(len(LEVELS)))
    nothing = RetrievalJudgement(*(array[1:] for array in vars(judgement).values()))
    assert np.isnan(precision_at_recall(nothing)).all()


@given(seed=st.integers(0, 2**32))
def test_gap_is_the_area_under_precision_against_recall(seed):
    judgement = judgement_for(GlobalAveragePrecision(), seed)
    _, precision, recall = precision_by_confidence(judgement)
    area = (precision * np.diff(recall, prepend=0)).sum()
    assert area == pytest.approx(GlobalAveragePrecision().score(judgement))
