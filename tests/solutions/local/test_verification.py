"""Tests of `solutions.local.verification`.

The reference compares one pair of images after the other.
"""

import numpy as np
import pytest

from harness.cpu_budget import limit_cores
from solutions.local.geometry import Geometry
from solutions.local.matching import Matching
from solutions.local.verification import DELF_VERIFICATION, Verification, rerank_by_inliers
from solutions.neighbours.neighbours import Neighbours
from tests.solutions.local.image_factories import features

DRAW = np.random.default_rng(3)
D = 16


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def image(n: int) -> tuple[np.ndarray, np.ndarray]:
    return unit(DRAW.normal(size=(n, D))), DRAW.uniform(0, 500, (n, 2))


def photo_of(
    landmark_features: tuple[np.ndarray, np.ndarray], shared: int, others: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return another photo: some of the descriptors of the image, moved by one map, and others."""
    vectors, points = landmark_features
    noisy = unit(vectors[:shared] + DRAW.normal(0, 0.05, (shared, D)))
    more, places = image(others)
    return np.concatenate([more, noisy]), np.concatenate([places, points[:shared] * 0.8 + 30])


QUERY = image(60)
PHOTOS = [image(50), photo_of(QUERY, 25, 30), image(0), photo_of(QUERY, 40, 10), image(2)]
QUERIES, INDEX = features([QUERY, image(0)]), features(PHOTOS)
CANDIDATES = np.array([[0, 1, 2, 3, 4, -1]] * 2)


def test_photographs_of_one_landmark_have_as_many_inliers_as_common_points() -> None:
    results = Verification(Matching(ratio=0.8), Geometry()).count_inliers(QUERIES, INDEX, CANDIDATES)
    assert results.tolist() == [[0, 25, 0, 40, 0, -1], [0, 0, 0, 0, 0, -1]]


def test_counts_equal_those_of_single_pairs_in_any_batch() -> None:
    for verification in (Verification(), DELF_VERIFICATION, Verification(Matching(), Geometry("homography"))):
        together = verification.count_inliers(QUERIES, INDEX, CANDIDATES)
        pairs = [verification.matches(QUERIES, 0, INDEX, image).inliers.sum() for image in range(5)]
        assert together[0, :5].tolist() == pairs
        assert sum(count > 0 for count in pairs) >= 2
        backwards = verification.count_inliers(features([QUERY]), features(PHOTOS[::-1]), np.array([[4, 3, 2, 1, 0]]))
        assert backwards[0].tolist() == pairs


def test_counts_do_not_depend_on_the_number_of_cores() -> None:
    many = features([QUERY, *PHOTOS])
    candidates = np.tile(np.arange(5), (6, 1))
    results = []
    for count in (1, 2):
        with limit_cores(count):
            results.append(Verification().count_inliers(many, INDEX, candidates))
    assert np.array_equal(*results)


def test_a_repeated_match_counts_once() -> None:
    twice = [features([[np.repeat(part, 2, axis=0) for part in each]]) for each in (QUERY, PHOTOS[3])]
    pair = [features([each]) for each in (QUERY, PHOTOS[3])]
    verification = Verification(Matching(mutual=False))
    results, expected = (verification.matches(one, 0, other, 0) for one, other in (twice, pair))
    assert np.array_equal(results.points, expected.points)
    assert np.array_equal(results.inliers, expected.inliers)


def test_only_the_strongest_descriptors_are_matched() -> None:
    assert Verification(most=20).count_inliers(QUERIES, INDEX, CANDIDATES)[0, 3] == 10  # 10 others come before
    assert Verification(most=1000).count_inliers(QUERIES, INDEX, CANDIDATES)[0, 3] == 40


def test_the_first_results_are_ordered_by_inliers_then_similarity() -> None:
    results = Neighbours(np.array([[7, 3, 5, 2, 9, 8]]), np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0.4]]))
    ranked = rerank_by_inliers(results, np.array([[4, 12, 4, 12]]))
    assert ranked.positions.tolist() == [[3, 2, 7, 5, 9, 8]]
    assert np.all(np.diff(ranked.similarities[0]) <= 0)
    long = Neighbours(np.arange(200)[None], np.linspace(1, 0, 200)[None])
    odd_first = [*range(1, 100, 2), *range(0, 100, 2), *range(100, 200)]
    assert rerank_by_inliers(long, np.arange(100)[None] % 2).positions[0].tolist() == odd_first
    assert rerank_by_inliers(results, np.zeros((1, 0), int)).positions.tolist() == results.positions.tolist()


def test_a_short_list_stays_short() -> None:
    results = Neighbours(np.array([[0, 3, -1, -1]]), np.array([[0.9, 0.8, -np.inf, -np.inf]], np.float32))
    n_inliers = Verification().count_inliers(features([QUERY]), INDEX, results.positions)
    ranked = rerank_by_inliers(results, n_inliers)
    assert ranked.positions.tolist() == [[3, 0, -1, -1]]
    assert np.isneginf(ranked.similarities[0, 2:]).all()


def test_no_queries_have_no_inliers() -> None:
    assert Verification().count_inliers(QUERIES, INDEX, np.zeros((2, 0), int)).shape == (2, 0)
    with pytest.raises(ValueError, match="candidates for 1"):
        Verification().count_inliers(QUERIES, INDEX, CANDIDATES[:1])
