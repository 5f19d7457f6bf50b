import numpy as np
import pytest

from solutions.landmark_scores.class_scores import ClassScores
from solutions.landmark_scores.crop_ranks import RankRule, sum_crop_ranks

LANDMARKS = np.arange(10, 70, 10)
RULES: dict[RankRule, tuple[int, ...]] = {"source": (14, 12, 10), "deck": (5, 15, 25)}
THREE = ([0, 1, 2, 3, 4, 5], [1, 0, 2], [0, 2, 1, 3, 4])  # A to F, as crops rank them


def crop_scores(*crops: list[int]) -> ClassScores:
    classes = np.full((len(crops), 6), -1)
    for crop, order in zip(classes, crops, strict=True):
        crop[: len(order)] = order
    return ClassScores(LANDMARKS, classes, np.where(classes >= 0, 1.0, -np.inf))


@pytest.mark.parametrize("rule", list(RULES))
def test_the_worked_example(rule: RankRule) -> None:
    result = sum_crop_ranks(crop_scores(*THREE), np.ones((1, 3), bool), rule)
    assert result.dense[0].tolist() == [*RULES[rule], 0, 0, 0]
    assert (result.classes[0, :3] >= 0).all()
    assert (result.classes[0, 3:] == -1).all()


def test_the_product_of_the_slides_reverses_the_order() -> None:
    best = {rule: sum_crop_ranks(crop_scores(*THREE), np.ones((1, 3), bool), rule).best[0][0] for rule in RULES}
    assert best == {"source": 10, "deck": 30}


@pytest.mark.parametrize("rule", list(RULES))
def test_sums_agree_with_a_slow_twin(rule: RankRule) -> None:
    draw = np.random.default_rng(6)
    orders = [draw.permutation(6)[: draw.integers(0, 7)].tolist() for _ in range(60)]
    orders[:30] = [draw.permutation(6)[:6].tolist() for _ in range(30)]
    kept = draw.random((20, 3)) < 0.7
    result = sum_crop_ranks(crop_scores(*orders), kept, rule).dense
    for query in range(20):
        crops = [order for order, keep in zip(orders[query * 3 : query * 3 + 3], kept[query], strict=True) if keep]
        for landmark in range(6):
            ranks = [order.index(landmark) if landmark in order else 9 for order in crops]
            worth = [5 - rank if rule == "source" else 5 * rank for rank in ranks]
            reset = not crops or max(ranks) >= 5
            assert result[query, landmark] == (0 if reset else sum(worth))
    assert (result > 0).any()
    assert (result == 0).any()


def test_a_query_without_valid_crops_has_no_candidates() -> None:
    result = sum_crop_ranks(crop_scores(*THREE), np.zeros((1, 3), bool))
    assert np.isnan(result.best[1]).all()


def test_a_valid_crop_without_candidates_removes_all() -> None:
    assert np.isnan(sum_crop_ranks(crop_scores([0, 1], []), np.ones((1, 2), bool)).best[1]).all()


def test_invalid_crops_are_ignored() -> None:
    result = sum_crop_ranks(crop_scores([3, 4], *THREE), np.array([[False, True, True, True]]))
    assert result.dense[0].tolist() == [14, 12, 10, 0, 0, 0]
