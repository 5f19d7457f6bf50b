"""Projections of vectors to a plane: PCA by subspace iteration over blocks of rows, and UMAP where it is installed.

Only a block of rows is in memory. Both are deterministic: the seed is fixed, and each axis of the PCA points to where
its largest coefficient is positive.

Sources: "Finding Structure with Randomness", N. Halko et al., 2011; "UMAP", L. McInnes et al., 2018.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from threadpoolctl import threadpool_limits

BLOCK = 2048  # rows in memory
_FIT_ROWS = 20_000  # of which the axes are computed, evenly spread over all rows
_EXTRA, _ITERATIONS = 6, 6  # dimensions and passes of the subspace iteration
_UMAP_DIMENSIONS, _MAX_UMAP = 32, 30_000

Read = Callable[[np.ndarray], np.ndarray]  # positions (m,) -> rows (m, d) float32
Report = Callable[[str, float], None]  # what is done, and its share in [0, 1]


@dataclass(frozen=True, eq=False)
class PlanePoints:
    """Points `(n, 2)` float32, and the shares of the variance that both axes hold; None if they are no axes of it."""

    points: np.ndarray
    shares: tuple[float, float] | None


def has_umap() -> bool:
    """Return whether the package `umap-learn` is installed."""
    return find_spec("umap") is not None


def project_pca(read: Read, n: int, report: Report) -> PlanePoints:
    """Return the first two principal components of `n` rows."""
    with threadpool_limits(limits=1):  # small products, and the server has requests to answer
        points, shares = principal_components(read, n, 2, report)
    return PlanePoints(points, (shares[0], shares[1]))


def project_umap(read: Read, n: int, report: Report) -> PlanePoints:
    """Return UMAP's layout of the first principal components of `n` rows, fitted to at most 30 000 of them."""
    from umap import UMAP

    components, _ = principal_components(read, n, _UMAP_DIMENSIONS, report)
    report("UMAP", 0.0)
    model = UMAP(n_components=2, random_state=0, n_jobs=1)
    step = -(-n // _MAX_UMAP)
    model.fit(components[::step])
    return PlanePoints(np.asarray(model.transform(components) if step > 1 else model.embedding_, np.float32), None)


METHODS: dict[str, Callable[[Read, int, Report], PlanePoints]] = {"pca": project_pca, "umap": project_umap}


def principal_components(read: Read, n: int, k: int, report: Report) -> tuple[np.ndarray, list[float]]:
    """Return the first `k` principal components `(n, k)` of the rows, and their shares of the variance.

    >>> rows = np.array([[0, 0, 1], [2, 0, 1], [4, 0, 1], [6, 0.5, 1]], np.float32)
    >>> points, shares = principal_components(lambda positions: rows[positions], 4, 2, lambda *_: None)
    >>> points[:, 0].round(1).tolist(), round(shares[0], 2)
    ([-3.0, -1.0, 1.0, 3.0], 1.0)
    """
    fitted = np.unique(np.linspace(0, n - 1, min(n, _FIT_ROWS)).astype(np.int64))
    mean, variance = _moments(read, fitted, report)
    axes = _axes(read, fitted, mean, k, report)
    points = np.zeros((n, k), np.float32)
    for block, share in _blocks(np.arange(n)):
        points[block, : axes.shape[1]] = (read(block) - mean) @ axes
        report("projecting", share)
    shares = (points.astype(np.float64).var(axis=0) / max(variance, 1e-30)).clip(0, 1).tolist()
    return points, shares


def _blocks(positions: np.ndarray) -> Iterator[tuple[np.ndarray, float]]:
    """Yield blocks of the positions, each with the share of those that came before it."""
    for first in range(0, len(positions), BLOCK):
        yield positions[first : first + BLOCK], first / len(positions)


def _moments(read: Read, fitted: np.ndarray, report: Report) -> tuple[np.ndarray, float]:
    """Return the mean row `(d,)`, and the sum of the variances of all columns."""
    total, squares = np.zeros(1), 0.0
    for block, share in _blocks(fitted):
        rows = read(block).astype(np.float64)
        total = total + rows.sum(axis=0)
        squares += float(np.square(rows).sum())
        report("reading descriptors", share)
    mean = total / len(fitted)
    return mean.astype(np.float32), squares / len(fitted) - float(mean @ mean)


def _axes(read: Read, fitted: np.ndarray, mean: np.ndarray, k: int, report: Report) -> np.ndarray:
    """Return the first `k` eigenvectors `(d, k)` of the covariance, by subspace iteration."""
    width = min(len(mean), k + _EXTRA)
    start = np.random.default_rng(0).standard_normal((len(mean), width))
    basis, product = np.linalg.qr(start)[0], np.zeros_like(start)
    for iteration in range(_ITERATIONS):
        basis = np.linalg.qr(product)[0] if iteration else basis
        product = np.zeros_like(product)
        for block, share in _blocks(fitted):
            rows = read(block) - mean
            product += rows.T @ (rows @ basis.astype(np.float32))
            report("computing the axes", (iteration + share) / _ITERATIONS)
    values = basis.T @ product
    axes = (basis @ np.linalg.eigh((values + values.T) / 2)[1][:, ::-1])[:, :k]
    signs = np.where(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])] < 0, -1.0, 1.0)
    return np.asarray(axes * signs, np.float32)
