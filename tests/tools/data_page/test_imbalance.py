import numpy as np
import pytest

from tools.data_page.imbalance import Imbalance


def labels_of(*counts: int) -> np.ndarray:
    return np.repeat(np.arange(len(counts)), counts)


def slow_gini(counts: list[int]) -> float:
    """Half the mean absolute difference of all pairs, by the mean."""
    n = len(counts)
    return sum(abs(a - b) for a in counts for b in counts) / (2 * n * sum(counts))


def test_the_largest_come_first_and_ties_by_landmark() -> None:
    imbalance = Imbalance.of(np.array([5, 9, 9, 2, 5, 7]))
    assert imbalance.landmarks.tolist() == [5, 9, 2, 7]
    assert imbalance.counts.tolist() == [2, 2, 1, 1]


@pytest.mark.parametrize("counts", [[1], [3, 3, 3], [1, 1, 1, 97], [1, 2, 3, 4], list(range(1, 40))])
def test_gini_is_half_the_relative_mean_difference(counts: list[int]) -> None:
    assert Imbalance.of(labels_of(*counts)).gini == pytest.approx(slow_gini(counts))


def test_gini_does_not_depend_on_the_order_of_images() -> None:
    labels = labels_of(1, 5, 9, 2)
    shuffled = np.random.default_rng(0).permutation(labels)
    assert Imbalance.of(shuffled).gini == Imbalance.of(labels).gini


def test_the_share_of_the_largest_landmarks_covers_at_least_one_landmark() -> None:
    imbalance = Imbalance.of(labels_of(6, 2, 1, 1))
    assert [imbalance.share_of_top(share) for share in (0.01, 0.25, 0.5, 1)] == [0.6, 0.6, 0.8, 1]


def test_each_percentile_is_the_count_of_a_landmark() -> None:
    imbalance = Imbalance.of(labels_of(*range(1, 101))).percentiles()
    assert imbalance == {1: 1, 5: 5, 25: 25, 50: 50, 75: 75, 95: 95, 99: 99}


def test_size_classes_count_every_landmark_and_image_once() -> None:
    imbalance = Imbalance.of(labels_of(1, 1, 2, 5, 6, 10, 11, 500, 501, 1000, 1001, 5000))
    assert imbalance.classes() == [
        ("1", 2, 2),
        ("2–5", 2, 7),
        ("6–10", 2, 16),
        ("11–20", 1, 11),
        ("101–500", 1, 500),
        ("501–1000", 2, 1501),
        ("1001 and more", 2, 6001),
    ]


def test_the_curve_has_both_ends_of_each_run() -> None:
    ranks, counts = Imbalance.of(labels_of(9, 4, 4, 4, 1, 1)).steps()
    assert ranks.tolist() == [1, 2, 4, 5, 6]
    assert counts.tolist() == [9, 4, 4, 1, 1]


def test_without_labels_there_is_no_imbalance() -> None:
    imbalance = Imbalance.of(np.array([], np.int64))
    assert (len(imbalance), imbalance.gini, imbalance.share_of_top(0.1)) == (0, 0, 0)
