"""Tests of `solutions.descriptors.whitening.pca_whitening` and `solutions.descriptors.whitening.pair_whitening`."""

from pathlib import Path

import numpy as np
import pytest

from harness import HarnessError
from harness.data.competition import Competition
from harness.data.image_set import ImageSet
from solutions.descriptors.whitening.pair_whitening import learn_pair_whitening, pair_projection
from solutions.descriptors.whitening.pca import principal_axes
from solutions.descriptors.whitening.pca_whitening import Whitening, fit_whitening, learn_pca_whitening, scale_axes
from tests.factories.competitions import make_competition

DRAWN = np.random.default_rng(2)
ROWS = (DRAWN.normal(size=(80, 6)) @ DRAWN.normal(size=(6, 6)) + 3).astype(np.float32)


@pytest.fixture
def index(tmp_path: Path) -> ImageSet:
    folder = make_competition(tmp_path / "competition")
    return Competition.open(folder, tmp_path / "store").index


@pytest.fixture
def competition(tmp_path: Path) -> Competition:
    return Competition.open(make_competition(tmp_path / "competition", landmarks=4, train=6), tmp_path / "store")


def before_length(whitening: Whitening, rows: np.ndarray) -> np.ndarray:
    return (rows.astype(float) - whitening.mean) @ whitening.projection


def test_the_whitened_covariance_is_the_identity(index: ImageSet) -> None:
    whitening = learn_pca_whitening(index, ROWS, 6, power=0.5)
    assert np.allclose(np.cov(before_length(whitening, ROWS).T, bias=True), np.eye(6), atol=1e-9)
    expected = before_length(whitening, ROWS)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.allclose(whitening(ROWS), expected, atol=1e-6)
    assert whitening(ROWS).dtype == np.float32


def test_power_0_only_rotates(index: ImageSet) -> None:
    turned = before_length(learn_pca_whitening(index, ROWS, 6, power=0), ROWS)
    apart = ROWS - ROWS.mean(axis=0, dtype=float)
    assert np.allclose(turned @ turned.T, apart @ apart.T)


def test_shrinkage_moves_variances_to_their_mean() -> None:
    axes = principal_axes(ROWS)
    whole = scale_axes(axes, 6, 1, 0.5)
    assert np.allclose(whole, axes.directions / np.sqrt(axes.total / 6))
    half = scale_axes(axes, 6, 0.5, 0.25)
    assert np.allclose(half, axes.directions / (axes.variances / 2 + axes.total / 12) ** 0.25)


def test_dimensions_by_the_share_of_the_variance() -> None:
    axes = principal_axes(ROWS)
    shares = axes.variances.cumsum() / axes.total
    for share in (1e-9, 0.5, 0.8, 0.95, 0.999999999):
        count = scale_axes(axes, share, 0, 0.5).shape[1]
        assert shares[count - 1] >= share - 1e-12
        assert count == 1 or shares[count - 2] < share


def test_fewer_rows_than_dimensions_give_the_dimensions_they_span(index: ImageSet) -> None:
    whitening = learn_pca_whitening(index, ROWS[:4], 6)
    assert whitening(ROWS).shape == (80, 3)


@pytest.mark.parametrize("rows", [ROWS[:1], ROWS[:0], np.repeat(ROWS[:1], 5, axis=0), np.full((3, 6), np.nan)])
def test_equal_rows_give_the_identity(index: ImageSet, rows: np.ndarray) -> None:
    whitened = learn_pca_whitening(index, rows, 4)(ROWS)
    assert np.allclose(whitened, ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True), atol=1e-6)


def test_nan_stays_nan_and_is_left_out_and_the_mean_becomes_zero(index: ImageSet) -> None:
    broken = np.vstack([ROWS, np.full((1, 6), np.nan, np.float32)])
    whitening = learn_pca_whitening(index, broken, 4)
    assert np.array_equal(whitening.mean, learn_pca_whitening(index, ROWS, 4).mean)
    result = whitening(np.vstack([broken[-2:], whitening.mean]))
    assert np.isfinite(result[0]).all()
    assert np.isnan(result[1]).all()
    assert not result[2].any()


def test_a_row_does_not_depend_on_other_rows(index: ImageSet) -> None:
    rows = DRAWN.normal(size=(600, 6)).astype(np.float32)
    whitening = learn_pca_whitening(index, rows, 5)
    whole = whitening(rows)
    for size in (1, 7, 255, 300):
        parts = [whitening(rows[start : start + size]) for start in range(0, 600, size)]
        assert np.array_equal(np.concatenate(parts), whole)
    order = DRAWN.permutation(600)
    assert np.array_equal(whitening(rows[order]), whole[order])
    assert np.array_equal(whitening(np.vstack([rows[:1]] * 3)), np.vstack([whole[:1]] * 3))


def test_a_constant_column_and_duplicates_change_nothing(index: ImageSet) -> None:
    wide = np.hstack([np.repeat(ROWS, 2, axis=0), np.full((160, 1), 7, np.float32)])
    result = learn_pca_whitening(index, wide, 7)
    assert result.projection.shape == (7, 6)
    assert np.allclose(result(wide)[::2], learn_pca_whitening(index, ROWS, 6)(ROWS), atol=1e-5)


@pytest.mark.parametrize("knobs", [(0,), (2.5,), (np.nan,), (4, 1.5), (4, 0, -1), (4, 0, np.inf)])
def test_values_out_of_range_are_refused(index: ImageSet, knobs: tuple) -> None:
    with pytest.raises(HarnessError, match="is impossible; give a whole number of dimensions"):
        learn_pca_whitening(index, ROWS, *knobs)


def test_the_whitening_is_cached(index: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    first = learn_pca_whitening(index, ROWS, 3)
    monkeypatch.setattr("solutions.descriptors.whitening.pca_whitening.principal_axes", None)
    assert np.array_equal(learn_pca_whitening(index, ROWS, 3).projection, first.projection)


def test_differences_within_pairs_become_white() -> None:
    pairs = DRAWN.integers(0, 80, (60, 2))
    mean, projection = pair_projection(ROWS.astype(float), pairs, 6, 0.0)
    assert np.allclose(mean, ROWS[pairs[:, 0]].mean(axis=0, dtype=float))
    differences = (ROWS[pairs[:, 0]].astype(float) - ROWS[pairs[:, 1]]) @ projection
    assert np.allclose(differences.T @ differences / 60, np.eye(6), atol=1e-5)
    spreads = (((ROWS - mean) @ projection) ** 2).mean(axis=0)
    assert (np.diff(spreads) < 1e-9).all()


def test_pairs_give_the_projection_of_the_published_steps() -> None:
    pairs = DRAWN.integers(0, 80, (60, 2))
    columns = ROWS.astype(float).T  # as cirtorch has them
    apart = columns[:, pairs[:, 0]] - columns[:, pairs[:, 1]]
    first = np.linalg.inv(np.linalg.cholesky(apart @ apart.T / 60))
    calm = first @ (columns - columns[:, pairs[:, 0]].mean(axis=1, keepdims=True))
    variances, turn = np.linalg.eigh(calm @ calm.T)
    expected = (turn[:, np.argsort(-variances)].T @ first)[:4]
    result = pair_projection(columns.T, pairs, 4, 0.0)[1].T
    assert np.allclose(np.abs(result), np.abs(expected), rtol=1e-4, atol=1e-6)


def test_pair_whitening_suppresses_differences_within_landmarks(competition: Competition) -> None:
    labels = competition.labels
    rows = np.column_stack([labels * 1.0, DRAWN.normal(0, 50, len(labels)), labels % 2]).astype(np.float32)
    whitening = learn_pair_whitening(competition.train, labels, rows, 2, 1e-4)
    strength = np.abs(whitening.projection).sum(axis=1)
    assert strength[1] < strength[[0, 2]].min() / 20


def test_pair_whitening_leaves_out_nan_and_needs_a_pair(competition: Competition) -> None:
    labels, rows = competition.labels, ROWS[: len(competition.labels)].copy()
    rows[3] = np.nan
    assert np.isnan(learn_pair_whitening(competition.train, labels, rows, 4)(rows)[3]).all()
    with pytest.raises(HarnessError, match="no two train images that can be read"):
        learn_pair_whitening(competition.train, np.arange(len(labels)), rows, 4)
    with pytest.raises(HarnessError, match="0 dimensions"):
        learn_pair_whitening(competition.train, labels, rows, 0)


def test_one_pair_and_equal_rows_are_enough(competition: Competition) -> None:
    labels = np.arange(len(competition.labels))
    labels[1] = 0
    rows = np.ones((len(labels), 5), np.float32)
    assert np.isfinite(learn_pair_whitening(competition.train, labels, rows, 4)(rows)).all()


def test_fitting_returns_arrays_only(index: ImageSet) -> None:
    assert set(fit_whitening(index, ROWS, 3.0, 0.0, 0.5)) == {"mean", "projection"}
