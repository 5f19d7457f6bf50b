import numpy as np
import pytest

from solutions.descriptors.whitening import pca as module
from solutions.descriptors.whitening.pca import principal_axes

DRAWN = np.random.default_rng(11)


def slow(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return variances, descending, and directions in columns."""
    rows = rows[~np.isnan(rows).any(axis=1)].astype(float)
    variances, directions = np.linalg.eigh(np.cov(rows.T, bias=True))
    return variances[::-1], directions[:, ::-1]


def spread(n: int, d: int) -> np.ndarray:
    return (DRAWN.normal(size=(n, d)) * 0.8 ** np.arange(d) + DRAWN.normal(size=d)).astype(np.float32)


@pytest.mark.parametrize(("n", "d"), [(40, 6), (5, 30), (31, 30), (30, 30)])
def test_axes_agree_with_the_covariance(n: int, d: int) -> None:
    rows = spread(n, d)
    rows[2, 1] = np.nan
    result, (variances, directions) = principal_axes(rows), slow(rows)
    rank = min(n - 2, d)
    assert len(result.variances) == rank
    assert np.allclose(result.variances, variances[:rank], rtol=1e-6, atol=1e-12)
    assert np.allclose(np.abs(np.sum(result.directions[:, :3] * directions[:, :3], axis=0)), 1)
    assert np.allclose(result.directions.T @ result.directions, np.eye(rank), atol=1e-6)
    assert result.total == pytest.approx(variances.sum())
    assert (result.directions[np.abs(result.directions).argmax(axis=0), range(rank)] > 0).all()


def test_the_randomised_method_finds_the_largest_axes(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = spread(700, 600)
    exact = principal_axes(rows, 12)
    monkeypatch.setattr(module, "EXACT", 100)
    monkeypatch.setattr(module, "_by_covariance", None)
    result = principal_axes(rows, 12)
    assert np.allclose(result.variances, exact.variances, rtol=1e-6)
    assert np.allclose(result.directions, exact.directions, atol=1e-4)
    assert result.total == exact.total


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = spread(50, 8)
    whole = principal_axes(rows)
    monkeypatch.setattr(module, "_ROWS", 7)
    assert np.allclose(principal_axes(rows).directions, whole.directions, atol=1e-12)


@pytest.mark.parametrize("rows", [np.ones((1, 4)), np.ones((9, 4)), np.zeros((0, 4)), np.full((3, 4), np.nan)])
def test_equal_rows_have_no_axes(rows: np.ndarray) -> None:
    result = principal_axes(rows)
    assert result.directions.shape == (4, 0)
    assert not len(result.variances)
    assert np.isfinite(result.mean).all()


def test_duplicates_and_constant_columns_have_no_axes() -> None:
    rows = spread(20, 3)
    wide = np.hstack([rows, rows[:, :1], np.full((20, 1), 5, np.float32)])
    assert len(principal_axes(np.repeat(wide, 2, axis=0)).variances) == 3
