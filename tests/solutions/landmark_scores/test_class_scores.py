from collections import defaultdict

import numpy as np
import pytest

from solutions.landmark_scores.class_scores import (
    ClassScores,
    LandmarkClasses,
    distance_votes,
    idf,
    normalised_sum,
    power_sum,
    rarity,
    sum_votes,
)
from solutions.neighbours.neighbours import Neighbours, empty_neighbours

A, B, C = 30, 10, 20  # landmark ids
LABELS = np.array([A] * 3 + [B] * 50 + [C])
CLASSES = LandmarkClasses.from_labels(LABELS)


def neighbours_of(*near: tuple[int, float]) -> Neighbours:
    """The neighbours of one query: landmark and similarity of each."""
    places = {landmark: np.flatnonzero(landmark == LABELS).tolist() for landmark in (A, B, C)}
    positions = [[places[landmark].pop(0) for landmark, _ in near]]
    return Neighbours(np.array(positions, np.int32), np.array([[each for _, each in near]], np.float32))


def scores_of(scores: ClassScores, query: int = 0) -> dict[int, float]:
    return {
        int(scores.landmarks[place]): float(confidence)
        for place, confidence in zip(scores.classes[query], scores.confidences[query], strict=True)
        if place >= 0
    }


def random_case(n_queries: int = 9, k: int = 7, seed: int = 1) -> tuple[Neighbours, LandmarkClasses]:
    draw = np.random.default_rng(seed)
    labels = draw.choice([5, 8, 13, 21], 40, p=[0.5, 0.3, 0.15, 0.05])
    positions = np.array([draw.permutation(40)[:k] for _ in range(n_queries)], np.int32)
    similarities = -np.sort(-draw.uniform(-0.2, 1, (n_queries, k)).astype(np.float32), axis=1)
    positions[0, 4:], similarities[0, 4:] = -1, -np.inf
    positions[1], similarities[1] = -1, -np.inf
    return Neighbours(positions, similarities), LandmarkClasses.from_labels(labels)


def twin(
    near: Neighbours, classes: LandmarkClasses, votes: np.ndarray, norm: np.ndarray, top: int
) -> list[dict[int, float]]:
    """Go through queries and neighbours one by one."""
    answers = []
    for query in range(len(near.positions)):
        heard: dict[int, list[float]] = defaultdict(list)
        for place, vote in zip(near.positions[query], votes[query], strict=True):
            if place >= 0:
                heard[int(classes.class_of_image[place])].append(float(vote))
        sums = {each: sum(given[:top]) * norm[each] for each, given in heard.items()}
        order = sorted(sums, key=lambda each: (-sums[each], each))
        answers.append({int(classes.landmarks[each]): sums[each] for each in order})
    return answers


def test_the_normalised_sum_of_the_worked_example() -> None:
    near = neighbours_of((A, 0.9), (A, 0.85), (B, 0.8), (C, 0.7), (A, 0.6))
    scores = scores_of(normalised_sum(near, CLASSES))
    assert list(scores) == [A, C, B]
    assert scores == pytest.approx({A: 0.7833, C: 0.70, B: 0.16}, abs=5e-5)


def test_power_sums_of_the_worked_example_with_and_without_a_classifier() -> None:
    near = neighbours_of((A, 0.9), (B, 0.8), (B, 0.7), (A, 0.5), (C, 0.45))
    scores = power_sum(near, CLASSES, 8, top=5)
    assert scores.confidences[0, :2] == pytest.approx([0.434, 0.225], abs=5e-4)
    probability = np.zeros((1, 3))
    probability[0, [CLASSES.landmarks.tolist().index(each) for each in (A, B)]] = 0.75, 0.88
    both = scores_of(scores.multiply(probability**12))
    assert list(both) == [B, A, C], "the classifier turns them round"
    assert both == pytest.approx({A: 0.0138, B: 0.0486, C: 0.0}, abs=5e-5)


def test_distance_votes_add_inliers() -> None:
    near = neighbours_of((A, 0.9), (A, 0.8), (B, 0.7))
    assert scores_of(distance_votes(near, CLASSES)) == pytest.approx({A: 1.4, B: 0.4})
    assert scores_of(distance_votes(near, CLASSES, np.array([[35, 0, 140]]))) == pytest.approx({A: 1.9, B: 1.4})


def test_rare_landmarks_have_larger_factors() -> None:
    assert idf(CLASSES) == pytest.approx(np.log([54 / 50, 54, 54 / 3]))
    assert rarity(CLASSES, 0.5) == pytest.approx([50**-0.5, 1, 3**-0.5])
    assert idf(LandmarkClasses.from_labels(np.array([4, 4]))).tolist() == [1.0], (
        "one landmark alone is not multiplied away"
    )
    near = neighbours_of((B, 0.9), (B, 0.9), (C, 0.5))
    assert list(scores_of(power_sum(near, CLASSES, 1))) == [B, C]
    assert list(scores_of(power_sum(near, CLASSES, 1, norm=idf(CLASSES)))) == [C, B]


@pytest.mark.parametrize("top", [1, 2, 7])
def test_sums_agree_with_a_slow_twin(top: int) -> None:
    near, classes = random_case()
    votes, norm = near.similarities.astype(float) ** 2, rarity(classes, 0.3)
    scores = sum_votes(near, classes, votes, norm, top)
    for query, expected in enumerate(twin(near, classes, votes, norm, top)):
        assert list(scores_of(scores, query)) == list(expected)
        assert scores_of(scores, query) == pytest.approx(expected)
        row = {int(each): float(value) for each, value in zip(classes.landmarks, scores.dense[query], strict=True)}
        assert row == pytest.approx({int(each): expected.get(int(each), 0) for each in classes.landmarks})


def test_scores_do_not_depend_on_other_queries() -> None:
    near, classes = random_case()
    together = normalised_sum(near, classes)
    for query in range(len(near.positions)):
        alone = normalised_sum(Neighbours(near.positions[[query]], near.similarities[[query]]), classes)
        assert np.array_equal(alone.classes[0], together.classes[query])
        assert np.array_equal(alone.confidences[0], together.confidences[query])


def test_ties_are_in_the_order_of_landmarks() -> None:
    near = neighbours_of((A, 0.5), (C, 0.5), (B, 0.5))
    assert list(scores_of(power_sum(near, CLASSES, 1))) == [B, C, A]


def test_a_query_without_neighbours_has_no_answer() -> None:
    landmarks, confidences = normalised_sum(empty_neighbours(2, 5), CLASSES).best
    assert len(landmarks) == 2
    assert np.isnan(confidences).all()


def test_without_train_images_there_are_no_answers() -> None:
    nobody = LandmarkClasses.from_labels(np.array([], np.int64))
    scores = normalised_sum(empty_neighbours(3, 5), nobody)
    assert np.isnan(scores.best[1]).all()
    assert scores.dense.shape == (3, 0)


def test_no_queries_get_no_answers() -> None:
    assert normalised_sum(empty_neighbours(0, 5), CLASSES).best[0].shape == (0,)


def test_a_landmark_with_one_image_is_not_penalised() -> None:
    near = neighbours_of((B, 0.7), (C, 0.7))
    assert next(iter(scores_of(normalised_sum(near, CLASSES)))) == C


def test_a_table_gives_its_highest_landmarks() -> None:
    table = np.array([[0.2, 0.7, 0.2], [np.nan] * 3, [0.5, 0.5, 0.0]])
    scores = ClassScores.from_table(CLASSES.landmarks, table, 2)
    assert [scores_of(scores, query) for query in range(3)] == [{C: 0.7, B: 0.2}, {}, {B: 0.5, C: 0.5}]
    assert next(iter(scores_of(scores, 2))) == B
    assert ClassScores.from_table(CLASSES.landmarks, table, 9).classes.shape == (3, 3)
