import numpy as np
import pytest

from harness import HarnessError
from solutions.training.pseudo_labels import (
    NON_LANDMARK_THRESHOLD,
    PseudoLabelConfig,
    _fit_table,
    _max_images,
    _mix_with_neighbours,
    class_probabilities,
    fit_rounds,
    landmark_confidences,
)

LESSONS = PseudoLabelConfig(views=(), rounds=2)


def points(centre: tuple[float, float], n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(centre, 0.3, (n, 2))


LEFT, RIGHT, TOP = (-3.0, 0.0), (3.0, 0.0), (0.0, 6.0)
ROWS, CLASSES = np.vstack([points(LEFT, 5, 0), points(RIGHT, 5, 1)]), np.repeat([0, 1], 5)


def fit_and_classify(
    others: np.ndarray, query_angles: tuple[float, float], config: PseudoLabelConfig = LESSONS
) -> np.ndarray:
    table = fit_rounds(ROWS, CLASSES, others, config)
    return class_probabilities(np.array([query_angles]), table, 2)[0]


def test_images_between_landmarks_become_the_class_of_non_landmarks() -> None:
    strange = points(TOP, 40, 2) * [0.3, 1]
    before, after = fit_and_classify(strange[:0], TOP), fit_and_classify(strange, TOP)
    assert before[2] == 0
    assert after[2] > 0.9
    assert fit_and_classify(strange, LEFT)[0] > 0.9


def test_confident_unlabelled_images_move_the_decision_boundary() -> None:
    drifted = points((2.0, 3.0), 60, 3)
    border = (0.2, 0.8)
    assert fit_and_classify(drifted, border)[1] > fit_and_classify(drifted[:0], border)[1]


def test_without_rounds_unlabelled_images_have_no_effect() -> None:
    others = points(TOP, 20, 4)
    still = PseudoLabelConfig(views=(), rounds=0)
    assert np.array_equal(fit_rounds(ROWS, CLASSES, others, still), fit_rounds(ROWS, CLASSES, others[:0], LESSONS))


def test_the_confidence_is_low_for_non_landmarks_and_nan_for_unreadable_images() -> None:
    likely = np.array([[0.9, 0.05, 0.05], [0.05, 0.0, 0.95], [np.nan] * 3])
    result = landmark_confidences(likely)
    assert result[0] > 0.3
    assert result[1] < NON_LANDMARK_THRESHOLD
    assert np.isnan(result[2])


def test_probabilities_do_not_depend_on_other_rows() -> None:
    rows = np.random.default_rng(5).normal(size=(600, 2))
    table = fit_rounds(ROWS, CLASSES, rows, LESSONS)
    together = class_probabilities(rows, table, 2)
    assert np.array_equal(together[257:258], class_probabilities(rows[257:258], table, 2))


def test_memory_allows_50_000_images_of_1000_landmarks_but_not_80_000_landmarks() -> None:
    assert _max_images(1000, 512) > 50_000
    with pytest.raises(HarnessError, match="8 GB"):
        _max_images(80_000, 512)


def test_a_descriptor_is_mixed_with_its_neighbours_weighted_by_cubed_cosines() -> None:
    random = np.random.default_rng(6)
    rows, others = (
        each / np.linalg.norm(each, axis=1, keepdims=True) for each in (random.normal(size=(n, 4)) for n in (5, 30))
    )
    for row, result in zip(
        rows, _mix_with_neighbours(rows, others, PseudoLabelConfig(views=(), neighbours=3)), strict=True
    ):
        cosines = others @ row
        slow = row + sum(cosines[place] ** 3 * others[place] for place in np.argsort(-cosines)[:3])
        assert result == pytest.approx(slow / np.linalg.norm(slow), abs=1e-6)
    assert np.array_equal(_mix_with_neighbours(rows, others, PseudoLabelConfig(views=(), neighbours=0)), rows)
    assert _mix_with_neighbours(rows, others[:0], PseudoLabelConfig(views=())) == pytest.approx(rows, abs=1e-6)


def test_unlabelled_images_connect_a_landmark_to_other_views_of_it() -> None:
    angles = np.radians([0, 5, 90, 95, 12, 19, 26, 33, 40])
    front, other, between = np.split(np.stack([np.cos(angles), np.sin(angles)], axis=1), [2, 4])
    rows, classes = np.vstack([front, other]), np.repeat([0, 1], 2)
    query_angles = np.radians(47)
    query_angles = np.array([[np.cos(query_angles), np.sin(query_angles)]])
    mixing, plain = (
        PseudoLabelConfig(views=(), neighbours=3, rounds=0),
        PseudoLabelConfig(views=(), neighbours=0, rounds=0),
    )
    mixed, alone = (
        class_probabilities(
            _mix_with_neighbours(query_angles, between, each), _fit_table(rows, classes, between, each), 2
        )[0, 0]
        for each in (mixing, plain)
    )
    assert mixed > alone
