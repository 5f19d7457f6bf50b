import numpy as np
import pytest

from solutions.descriptors.normalisation import l2_normalise
from solutions.landmark_scores.centroids import landmark_centroids
from solutions.landmark_scores.class_scores import LandmarkClasses


def random_rows(n: int, seed: int = 0) -> np.ndarray:
    return l2_normalise(np.random.default_rng(seed).normal(size=(n, 4)))


def keys(n: int) -> np.ndarray:
    return np.array([f"k{number}" for number in range(n)])


def test_a_centroid_is_the_normalised_mean_of_its_landmark() -> None:
    rows, labels = random_rows(9), np.array([3, 5, 3, 5, 5, 3, 3, 9, 5])
    result = landmark_centroids(rows, LandmarkClasses.from_labels(labels), keys(9))
    for place, landmark in enumerate((3, 5, 9)):
        mean = rows[labels == landmark].mean(axis=0)
        assert result[place] == pytest.approx(mean / np.linalg.norm(mean))


def test_at_most_a_hundred_images_are_sampled_in_any_order() -> None:
    rows, labels = random_rows(301), np.append(np.zeros(300, int), 1)
    result = landmark_centroids(rows, LandmarkClasses.from_labels(labels), keys(301))
    order = np.random.default_rng(1).permutation(301)
    again = landmark_centroids(rows[order], LandmarkClasses.from_labels(labels[order]), keys(301)[order])
    assert again == pytest.approx(result)
    whole = l2_normalise(rows[:300].sum(axis=0, keepdims=True))[0]
    assert np.abs(result[0] - whole).max() > 1e-3
    assert landmark_centroids(rows, LandmarkClasses.from_labels(labels), keys(301), seed=1)[0] != pytest.approx(
        result[0]
    )
    assert result[1] == pytest.approx(rows[300]), "a landmark with one image is that image"


def test_unreadable_images_are_left_out() -> None:
    rows, labels = random_rows(4), np.array([3, 3, 5, 5])
    rows[[1, 2, 3]] = np.nan
    result = landmark_centroids(rows, LandmarkClasses.from_labels(labels), keys(4))
    assert result[0] == pytest.approx(rows[0])
    assert np.isnan(result[1]).all()
