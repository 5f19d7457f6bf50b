"""Tests of `solutions.local.geometry`.

The references are a worked example and the estimators of scikit-image.
"""

import numpy as np
import pytest

from harness import HarnessError
from solutions.local.geometry import Geometry, apply_map, local_affine

AFFINE = np.array([[0.9, 0.2, 20], [-0.1, 1.1, -10], [0, 0, 1]])
HOMOGRAPHY = np.array([[0.9, 0.1, 15], [-0.1, 1.0, 5], [2e-4, -1e-4, 1]])
SQUARE = np.array([[0, 0], [200, 0], [0, 200], [200, 200], [100, 60], [60, 130]], float)
BOTH = [Geometry(), Geometry("homography")]


def matched(matrix: np.ndarray, seed: int = 0, right: int = 40, wrong: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Return points and where they land, 1 pixel off or so; behind them wrong ones, which land anywhere."""
    draw = np.random.default_rng(seed)
    points = draw.uniform(0, 500, (right + wrong, 2))
    others = apply_map(matrix, points) + draw.normal(0, 1, points.shape)
    others[right:] = draw.uniform(0, 500, (wrong, 2))
    return points, others


@pytest.mark.parametrize("seed", range(5))
def test_forty_of_sixty_matches_follow_the_map_of_the_worked_example(seed: int) -> None:
    points, others = matched(AFFINE, seed)
    expected = np.linalg.norm(apply_map(AFFINE, points) - others, axis=1) < 9
    for geometry in BOTH:
        results = geometry.inliers(points, others)
        assert results[:40].all()
        assert results[40:].sum() <= expected[40:].sum() + 1


def test_the_reference_has_the_same_inliers() -> None:
    measure, transform = pytest.importorskip("skimage.measure"), pytest.importorskip("skimage.transform")
    for seed in range(3):
        points, others = matched(AFFINE, seed)
        _, expected = measure.ransac(
            (points, others), transform.AffineTransform, min_samples=3, residual_threshold=10, max_trials=1000, rng=0
        )
        assert expected.sum() >= 40
        assert np.array_equal(Geometry().inliers(points, others), expected)


def test_a_homography_is_found_where_no_affine_map_fits() -> None:
    points, others = matched(HOMOGRAPHY)
    geometry = Geometry("homography", threshold=4)
    assert geometry.inliers(points, others)[:40].sum() >= 39
    assert Geometry(threshold=4).inliers(points, others)[:40].sum() < 30


def test_the_same_points_give_the_same_inliers_every_time() -> None:
    draw = np.random.default_rng(0)
    points, others = draw.uniform(0, 500, (2, 120, 2))
    for geometry in BOTH:
        results = [geometry.inliers(points, others) for _ in range(5)]
        assert all(np.array_equal(results[0], each) for each in results)


@pytest.mark.parametrize("geometry", BOTH, ids=repr)
def test_implausible_maps_have_no_inliers(geometry: Geometry) -> None:
    assert geometry.inliers(SQUARE, SQUARE + 5).all()
    for matrix in (
        np.diag([-1.0, 1, 1]),  # mirrored
        np.diag([3.4, 3.4, 1]),  # more than ten times as large
        np.diag([0.3, 0.3, 1]),
        np.diag([2.3, 0.45, 1]),  # stretched more than five times as much one way
    ):
        assert not geometry.inliers(SQUARE, apply_map(matrix, SQUARE)).any()
    for matrix in (np.diag([3.0, 3.0, 1]), np.diag([2, 0.45, 1]), np.array([[0.0, -1, 300], [1, 0, 0], [0, 0, 1]])):
        assert geometry.inliers(SQUARE, apply_map(matrix, SQUARE)).all()


@pytest.mark.parametrize("geometry", BOTH, ids=repr)
def test_fewer_than_four_matches_lines_and_single_points_have_no_inliers(geometry: Geometry) -> None:
    for count in range(4):
        assert geometry.inliers(SQUARE[:count], SQUARE[:count]).tolist() == [False] * count
    line = np.stack([np.arange(20) * 10, np.arange(20) * 5], axis=1)
    assert not geometry.inliers(line, line).any()
    assert not geometry.inliers(np.full((9, 2), 7.0), np.full((9, 2), 7.0)).any()
    assert not geometry.inliers(np.repeat(SQUARE, 2, axis=0)[:9], np.full((9, 2), 7.0)).any()


def test_inliers_in_one_corner_are_rejected() -> None:
    corner = SQUARE / 200 * 20
    assert not Geometry(cell=32).inliers(corner, corner).any()
    assert Geometry(cell=8).inliers(corner, corner).all()
    wider = SQUARE / 200 * 40  # in four squares of 32 pixels; seven tenths of it fit into one
    assert Geometry(cell=32).inliers(wider, wider).all()
    assert not Geometry(cell=32).inliers(wider, wider * 0.7 + 1).any()
    assert not Geometry(cell=32).inliers(wider * 0.7 + 1, wider).any()


def test_an_inlier_lands_within_the_threshold() -> None:
    points, others = matched(AFFINE, wrong=2)
    others[40:] = apply_map(AFFINE, points[40:]) + [[0, 8], [0, 12]]
    for geometry in BOTH:
        assert geometry.inliers(points, others)[40:].tolist() == [True, False]


def test_too_few_inliers_are_rejected() -> None:
    points, others = matched(AFFINE, wrong=0)
    assert Geometry(fewest=40).inliers(points, others).all()
    assert not Geometry(fewest=41).inliers(points, others).any()
    with pytest.raises(HarnessError, match="fewest is 3; any 3 matches fit a map"):
        Geometry(fewest=3)


def test_three_points_matched_many_times_are_rejected() -> None:
    often = np.repeat(SQUARE[:3], 5, axis=0)
    for geometry in BOTH:
        assert not geometry.inliers(often, often).any()


def test_points_behind_the_horizon_are_infinitely_far() -> None:
    tilted = np.array([[1.0, 0, 0], [0, 1, 0], [-0.01, 0, 1]])
    assert apply_map(tilted, np.array([[50.0, 10], [100, 10], [150, 10]])).tolist() == [[100, 20], *[[np.inf] * 2] * 2]
    assert np.isnan(local_affine(tilted, np.array([150.0, 10]))).all()


def test_the_local_affine_map_is_the_jacobian_of_the_homography() -> None:
    point, step = np.array([120.0, 80]), 1e-4
    around = point + step * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    landed = apply_map(HOMOGRAPHY, around)
    slopes = np.stack([landed[0] - landed[1], landed[2] - landed[3]], axis=1) / (2 * step)
    assert np.allclose(local_affine(HOMOGRAPHY, point), slopes, atol=1e-6)


@pytest.mark.parametrize("wrong", [{"threshold": 0}, {"trials": 0}, {"cell": np.inf}, {"seed": -1}])
def test_parameters_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(HarnessError, match="must be above 0"):
        Geometry(**wrong)
