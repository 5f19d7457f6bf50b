"""How near photographs lie to those that classes were learnt from."""

import numpy as np
import pytest

from solutions.training.nearest_learnt import nearest_learnt
from solutions.training.self_taught import learnt_from, probabilities

RANDOM = np.random.default_rng(0)
ROWS, KNOWN, CLASSES = RANDOM.normal(size=(600, 5)), RANDOM.normal(size=(40, 5)), RANDOM.integers(0, 3, 40)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_it_is_the_cosine_of_the_nearest_of_each_class() -> None:
    found = nearest_learnt(ROWS[:9], KNOWN, CLASSES, 3)
    slow = [[max(cosine(row, each) for each in KNOWN[place == CLASSES]) for place in range(3)] for row in ROWS[:9]]
    assert found == pytest.approx(np.array(slow))


def test_each_row_is_the_same_to_the_bit_in_any_company_and_order_of_what_is_known() -> None:
    together = nearest_learnt(ROWS, KNOWN, CLASSES, 3)
    assert np.array_equal(together[257:258], nearest_learnt(ROWS[257:258], KNOWN, CLASSES, 3))
    assert np.allclose(together, nearest_learnt(ROWS, KNOWN[::-1], CLASSES[::-1], 3), rtol=0, atol=1e-15)


def test_nothing_is_near_to_a_class_of_which_nothing_is_known_and_unread_rows_stay_so() -> None:
    rows = np.vstack([ROWS[:1], np.full(5, np.nan), np.zeros(5)])
    found = nearest_learnt(rows, KNOWN, CLASSES, 4)
    assert found[:, 3].tolist() == [0, 0, 0]
    assert np.isnan(found[1, :3]).all()
    assert found[2].tolist() == [0, 0, 0, 0]
    assert nearest_learnt(rows, KNOWN[:0], CLASSES[:0], 2).tolist() == [[0, 0]] * 3


def test_one_photograph_of_another_side_of_a_landmark_is_enough_to_know_it_by() -> None:
    front, others = RANDOM.normal([4, 0, 0], 0.1, (30, 3)), RANDOM.normal([0, 4, 0], 0.1, (30, 3))
    hall = np.array([[0.0, 0.5, 4.0]])
    rows, classes = np.vstack([front, hall, others]), np.repeat([0, 1], [31, 30])
    table = np.zeros((4, 2))
    table[:3, 0], table[:3, 1] = [1, 0, 0], [0, 1, 0]  # of a softmax that knows the clouds alone
    known, told = learnt_from(rows, classes, rows[:0], table)
    asked = np.array([[0.0, 0.6, 3.9]])
    assert probabilities(asked, table, 2)[0].argmax() == 1
    assert probabilities(asked, table, 2, 10 * nearest_learnt(asked, known, told, 3))[0].argmax() == 0
