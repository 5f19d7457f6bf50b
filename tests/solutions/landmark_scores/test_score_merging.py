"""Merging models and crops: the worked example, and a slow twin."""

import numpy as np
import pytest

from solutions.landmark_scores.class_scores import ClassScores
from solutions.landmark_scores.score_merging import merge_models, override_with

LANDMARKS = np.array([11, 22, 33])


def scores(*rows: tuple[float, ...]) -> ClassScores:
    return ClassScores.from_table(LANDMARKS, np.array(rows, float), 3)


def test_label_count_and_confidences_of_the_worked_example() -> None:
    models = [scores((0.9, 0.05, 0)), scores((0.7, 0.2, 0)), scores((0.1, 0.8, 0))]
    found = merge_models(models)
    assert found.landmarks[found.classes[0, :2]].tolist() == [11, 22]
    assert found.confidences[0, :2] == pytest.approx([1.2333, 0.6833], abs=5e-5)


def test_every_sum_is_that_of_a_slow_twin() -> None:
    draw = np.random.default_rng(2)
    tables = [draw.random((20, 3)).round(1) for _ in range(4)]
    found = merge_models([ClassScores.from_table(LANDMARKS, table, 3) for table in tables]).dense
    for query in range(20):
        expected = np.zeros(3)
        for table in tables:
            expected += table[query] / 4
            expected[table[query].argmax()] += 1 / 4
        assert found[query] == pytest.approx(expected)


def test_a_model_without_an_answer_counts_among_all_and_says_nothing() -> None:
    silent = scores((np.nan, np.nan, np.nan))
    assert merge_models([scores((0.8, 0, 0)), silent]).best[1] == pytest.approx([0.9])
    assert np.isnan(merge_models([silent, silent]).best[1]).all()


def test_a_merge_is_the_same_in_any_order_of_models_and_any_company() -> None:
    draw = np.random.default_rng(4)
    tables = [draw.random((5, 3)) for _ in range(3)]
    whole = merge_models([ClassScores.from_table(LANDMARKS, table, 2) for table in tables]).best
    turned = merge_models([ClassScores.from_table(LANDMARKS, table, 2) for table in tables[::-1]]).best
    alone = [
        merge_models([ClassScores.from_table(LANDMARKS, table[[row]], 2) for table in tables]).best for row in range(5)
    ]
    assert turned[1] == pytest.approx(whole[1])
    for part in (0, 1):
        assert np.array_equal(np.concatenate([each[part] for each in alone]), whole[part])


def test_crops_that_are_sure_replace_the_answer_by_one_and_a_hundredth_of_their_sum() -> None:
    found = override_with(scores((0.9, 0.2, 0), (0.8, 0.3, 0)), scores((0, 14, 0), (0, 0, 0)))
    landmarks, confidences = found.best
    assert landmarks.tolist() == [22, 11]
    assert confidences == pytest.approx([1.14, 0.8])
    assert found.dense[0] == pytest.approx([0, 1.14, 0])
    assert found.dense[1] == pytest.approx([0.8, 0.3, 0])


def test_crops_that_say_nothing_change_nothing() -> None:
    before = scores((0.9, 0.2, 0))
    nothing = ClassScores(LANDMARKS, np.full((1, 5), -1), np.full((1, 5), -np.inf))
    after = override_with(before, nothing)
    assert np.array_equal(after.classes, before.classes)
    assert np.array_equal(after.confidences, before.confidences)
