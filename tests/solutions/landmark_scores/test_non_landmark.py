import numpy as np
import pytest

from harness import Labelling
from solutions.descriptors.normalisation import l2_normalise
from solutions.landmark_scores.class_scores import LandmarkClasses
from solutions.landmark_scores.non_landmark import (
    demote_frequent_landmarks,
    detect_non_landmarks,
    mean_similarity,
    subtract_pool_similarity,
)
from solutions.neighbours.exact import nearest

DRAW = np.random.default_rng(3)
AXES = np.eye(8)
LABELS = np.repeat([4, 7], 10)
CLASSES = LandmarkClasses.from_labels(LABELS)
TRAIN = l2_normalise(AXES[np.repeat([0, 1], 10)] + DRAW.normal(0, 0.1, (20, 8)))
SHOWS = l2_normalise(AXES[[0, 1, 1]] + DRAW.normal(0, 0.05, (3, 8)))
SHOWS_NONE = l2_normalise(AXES[[4, 5, 6]] + DRAW.normal(0, 0.05, (3, 8)))
QUERIES = np.array(list("abcdef"))


def labelling(landmarks: list[int], confidences: list[float]) -> Labelling:
    return Labelling.of(np.array(landmarks), np.array(confidences), QUERIES[: len(landmarks)])


def test_non_landmarks_are_less_similar_to_train_images_than_these_to_each_other() -> None:
    rows = np.vstack([SHOWS, SHOWS_NONE, np.full((1, 8), np.nan)])
    assert detect_non_landmarks(rows, TRAIN, CLASSES).tolist() == [False] * 3 + [True] * 3 + [False]


def test_without_index_or_train_images_there_are_no_non_landmarks() -> None:
    assert detect_non_landmarks(TRAIN[:0], TRAIN, CLASSES).shape == (0,)
    assert not detect_non_landmarks(SHOWS, TRAIN[:0], LandmarkClasses.from_labels(LABELS[:0])).any()
    assert not detect_non_landmarks(SHOWS, TRAIN[:1], LandmarkClasses.from_labels(LABELS[:1])).any(), (
        "one image has no other to explain it"
    )


def test_mean_similarity_is_that_of_the_nearest_of_the_pool() -> None:
    result = mean_similarity(SHOWS, TRAIN, 4)
    for row, value in zip(SHOWS, result, strict=True):
        assert value == pytest.approx(np.sort(TRAIN @ row)[-4:].mean(), abs=1e-6)
    assert mean_similarity(SHOWS, TRAIN[:2], 10) == pytest.approx((SHOWS @ TRAIN[:2].T).mean(axis=1), abs=1e-6)


def test_mean_similarity_is_0_without_a_pool_and_nan_for_unreadable_images() -> None:
    rows = np.vstack([SHOWS[:1], np.full((1, 8), np.nan)])
    assert mean_similarity(rows, TRAIN[:0], 5)[0] == 0
    assert np.isnan(mean_similarity(rows, TRAIN[:0], 5)[1])
    assert np.isnan(mean_similarity(rows, TRAIN, 5)[1])


def test_subtracting_pool_similarity_agrees_with_a_slow_twin() -> None:
    queries, train = l2_normalise(DRAW.normal(size=(6, 8))), l2_normalise(DRAW.normal(size=(20, 8)))
    of_train, of_queries = DRAW.random(20), DRAW.random(6)
    result = subtract_pool_similarity(nearest(queries, train, 20), CLASSES, of_train, of_queries, top=3).dense
    for query, own, row in zip(queries, of_queries, result, strict=True):
        gives = np.clip(train @ query, 0, 1) - of_train
        first = np.argsort(-gives)[:3]
        for place, landmark in enumerate(CLASSES.landmarks):
            of_it = [gives[image] for image in first if LABELS[image] == landmark]
            assert row[place] == pytest.approx(sum(of_it) - own if of_it else 0, abs=1e-6)


def test_similarity_to_the_pool_lowers_landmarks_and_queries() -> None:
    between = l2_normalise(AXES[:1] + 0.9 * AXES[1:2])
    result = nearest(np.vstack([between, between]), TRAIN, 20)
    like = np.where(LABELS == 4, 0.6, 0.0)
    scores = subtract_pool_similarity(result, CLASSES, like, np.array([0.0, 0.5]))
    assert nearest(between, TRAIN, 1).positions[0, 0] < 10
    assert scores.best[0].tolist() == [7, 7]
    assert scores.best[1][0] - scores.best[1][1] == pytest.approx(0.5)


def test_frequent_landmarks_come_last_ordered_by_count() -> None:
    before = labelling([4, 4, 4, 7, 7, 9], [0.9, 0.8, np.nan, 0.3, 0.2, 0.1])
    assert demote_frequent_landmarks(before, max_count=2).confidences == pytest.approx(before.confidences, nan_ok=True)
    after = demote_frequent_landmarks(before, max_count=1)
    assert after.landmarks.tolist() == before.landmarks.tolist()
    assert after.confidences == pytest.approx([-2, -2, np.nan, -2, -2, 0.1], nan_ok=True)


def test_with_separate_counts_an_answer_does_not_depend_on_other_queries() -> None:
    index = labelling([4, 4, 4, 7], [0.5, 0.5, 0.5, 0.5])
    before = labelling([4, 7, 9], [0.9, 0.8, 0.7])
    after = demote_frequent_landmarks(before, max_count=2, counted=index)
    assert after.confidences.tolist() == [-3, 0.8, 0.7]
    one = demote_frequent_landmarks(labelling([4], [0.9]), max_count=2, counted=index)
    assert one.confidences[0] == after.confidences[0]
