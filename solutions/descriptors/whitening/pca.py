"""The principal axes of descriptors: by their covariance, by their inner products, or of many by random directions.

Source of the last: Halko, Martinsson, Tropp, Finding structure with randomness, 2011.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

EXACT = 4096  # rows or dimensions up to which the axes are exact
_ROWS = 4096  # read at a time
_NULL = 1e-10  # of the largest variance: below this there is no axis
_SPARE, _ROUNDS, _SEED = 32, 6, 0  # further random directions, and how often they are turned to the axes


@dataclass(frozen=True, eq=False)
class Axes:
    """Directions `(d, axes)` of length one, their largest component positive, and the variances along them, descending.

    `total` is the variance along all directions there are.
    """

    mean: np.ndarray
    directions: np.ndarray
    variances: np.ndarray
    total: float


def principal_axes(rows: np.ndarray, count: int | None = None) -> Axes:
    """Return at most `count` axes of rows `(n, d)`, as many as there are if None; in float64, rows with NaN left out.

    With both more than 4096 rows and dimensions, and fewer axes asked for than a quarter of these, they are found by
    random directions, always the same ones: exact to the digits that matter where variances fall off.

    >>> axes = principal_axes(np.array([[0.0, 1], [4, 1], [np.nan, 0]]))
    >>> axes.mean.tolist(), axes.directions.T.tolist(), axes.variances.tolist()
    ([2.0, 1.0], [[1.0, 0.0]], [4.0])
    """
    with threadpool_limits(limits=1):  # the same for any number of cores
        usable = sum(len(block) for block in _readable(rows))
        mean = sum((block.sum(axis=0) for block in _readable(rows)), np.zeros(rows.shape[1])) / max(usable, 1)
        total = sum(float(((block - mean) ** 2).sum()) for block in _readable(rows)) / max(usable, 1)
        small = min(usable, rows.shape[1])
        if small > EXACT and count is not None and count + _SPARE < small // 4:
            found = _by_directions(rows, mean, usable, count)
        else:
            found = _by_products(rows, mean) if usable < rows.shape[1] else _by_covariance(rows, mean, usable)
    return Axes(mean, *_largest(*found, count, total / max(rows.shape[1], 1)), total)


def _readable(rows: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), _ROWS):
        block = np.asarray(rows[start : start + _ROWS], np.float64)
        yield block[~np.isnan(block).any(axis=1)]


def _by_covariance(rows: np.ndarray, mean: np.ndarray, usable: int) -> tuple[np.ndarray, np.ndarray]:
    """Return variances, ascending, and directions in columns."""
    covariance = np.zeros((len(mean), len(mean)))
    for block in _readable(rows):
        covariance += (block - mean).T @ (block - mean)
    return np.linalg.eigh(covariance / max(usable, 1))


def _by_products(rows: np.ndarray, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the same for fewer rows than dimensions: from the inner products of the rows."""
    apart = np.concatenate([np.zeros((0, len(mean))), *_readable(rows)]) - mean
    variances, weights = np.linalg.eigh(apart @ apart.T / max(len(apart), 1))
    directions = apart.T @ weights
    lengths = np.linalg.norm(directions, axis=0)
    return variances, directions / np.where(lengths == 0, 1, lengths)


def _by_directions(rows: np.ndarray, mean: np.ndarray, usable: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the same for the largest variances alone: random directions, turned to them again and again."""
    random = np.random.default_rng(_SEED).normal(size=(len(mean), count + _SPARE))
    basis = np.linalg.qr(random).Q
    for _ in range(_ROUNDS):
        basis = np.linalg.qr(_through_covariance(rows, mean, usable, basis)).Q
    variances, turn = np.linalg.eigh(basis.T @ _through_covariance(rows, mean, usable, basis))
    return variances, basis @ turn


def _through_covariance(rows: np.ndarray, mean: np.ndarray, usable: int, basis: np.ndarray) -> np.ndarray:
    """Return the covariance times directions `(d, k)`, without the covariance."""
    product = np.zeros_like(basis)
    for block in _readable(rows):
        product += (block - mean).T @ ((block - mean) @ basis)
    return product / usable


def _largest(
    variances: np.ndarray, directions: np.ndarray, count: int | None, mean_variance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return directions and variances, descending, without those of no variance, and with settled signs."""
    variances, directions = variances[::-1][:count], directions[:, ::-1][:, :count]
    there = variances > _NULL * max(variances.max(initial=0), mean_variance)
    variances, directions = variances[there], directions[:, there]
    peaks = np.take_along_axis(directions, np.abs(directions).argmax(axis=0)[None], axis=0)
    return directions * np.where(peaks < 0, -1, 1), variances
