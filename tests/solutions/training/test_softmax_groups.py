from math import ceil, sqrt

import numpy as np
import pytest

from solutions.training.softmax_groups import assign_slots


@pytest.mark.parametrize("k", [1, 2, 3, 7, 16, 17, 100, 121, 123])
def test_groups_have_about_the_square_root_of_the_number_of_landmarks(k: int) -> None:
    result, size = assign_slots(np.random.default_rng(k).normal(size=(k, 3)))
    assert size == ceil(sqrt(k))
    assert sorted(result.tolist()) == list(range(k)), "all slots before the last group are taken"


def test_similar_landmarks_share_a_group() -> None:
    draw = np.random.default_rng(0)
    family = draw.permutation(np.repeat(np.arange(4), 4))
    places, size = assign_slots(draw.normal(size=(4, 6))[family] + draw.normal(size=(16, 6)) * 0.001)
    assert size == 4
    assert len({(of, place // size) for of, place in zip(family.tolist(), places.tolist(), strict=True)}) == 4


def test_equal_landmarks_can_be_grouped() -> None:
    result, size = assign_slots(np.ones((5, 2)))
    assert (sorted(result.tolist()), size) == ([0, 1, 2, 3, 4], 3)
