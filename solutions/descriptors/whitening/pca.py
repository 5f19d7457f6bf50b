"""Principal component analysis: by the covariance, by the inner products of rows, or by a randomised range finder.

Source of the randomised one: Halko, Martinsson, Tropp, Finding structure with randomness, 2011.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

EXACT = 4096  # rows or dimensions up to which the axes are exact
_ROWS = 4096  # rows in a block
_NULL = 1e-10  # times the largest variance: axes with less variance are dropped
_SPARE, _ROUNDS, _SEED = 32, 6, 0  # oversampling, power iterations and seed of the randomised method


@dataclass(frozen=True, eq=False)
class PrincipalAxes:
    """Unit vectors `(d, axes)`, their largest component positive, and the variances along them, descending.

    `total` is the sum of all variances.
    """

    mean: np.ndarray
    directions: np.ndarray
    variances: np.ndarray
    total: float


def principal_axes(rows: np.ndarray, count: int | None = None) -> PrincipalAxes:
    """Return the first `count` axes of rows `(n, d)`, all if None, in float64; rows with NaN are left out.

    The randomised method, with a fixed seed, is used for more than 4096 rows and dimensions if `count` is below a
    quarter of both. It is precise if the variances fall off.

    >>> axes = principal_axes(np.array([[0.0, 1], [4, 1], [np.nan, 0]]))
    >>> axes.mean.tolist(), axes.directions.T.tolist(), axes.variances.tolist()
    ([2.0, 1.0], [[1.0, 0.0]], [4.0])
    """
    with threadpool_limits(limits=1):  # the same for any number of cores
        usable = sum(len(block) for block in _finite_blocks(rows))
        mean = sum((block.sum(axis=0) for block in _finite_blocks(rows)), np.zeros(rows.shape[1])) / max(usable, 1)
        total = sum(float(((block - mean) ** 2).sum()) for block in _finite_blocks(rows)) / max(usable, 1)
        small = min(usable, rows.shape[1])
        if small > EXACT and count is not None and count + _SPARE < small // 4:
            axes = _by_random_projection(rows, mean, usable, count)
        else:
            axes = _by_products(rows, mean) if usable < rows.shape[1] else _by_covariance(rows, mean, usable)
    return PrincipalAxes(mean, *_select_axes(*axes, count, total / max(rows.shape[1], 1)), total)


def _finite_blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), _ROWS):
        block = np.asarray(rows[start : start + _ROWS], np.float64)
        yield block[~np.isnan(block).any(axis=1)]


def _by_covariance(rows: np.ndarray, mean: np.ndarray, usable: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the variances, ascending, and the directions in columns."""
    covariance = np.zeros((len(mean), len(mean)))
    for block in _finite_blocks(rows):
        covariance += (block - mean).T @ (block - mean)
    return np.linalg.eigh(covariance / max(usable, 1))


def _by_products(rows: np.ndarray, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the same from the inner products of the rows, for fewer rows than dimensions."""
    centred = np.concatenate([np.zeros((0, len(mean))), *_finite_blocks(rows)]) - mean
    variances, weights = np.linalg.eigh(centred @ centred.T / max(len(centred), 1))
    directions = centred.T @ weights
    lengths = np.linalg.norm(directions, axis=0)
    return variances, directions / np.where(lengths == 0, 1, lengths)


def _by_random_projection(rows: np.ndarray, mean: np.ndarray, usable: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the same for the largest variances only, by power iterations from random directions."""
    random = np.random.default_rng(_SEED).normal(size=(len(mean), count + _SPARE))
    basis = np.linalg.qr(random).Q
    for _ in range(_ROUNDS):
        basis = np.linalg.qr(_covariance_product(rows, mean, usable, basis)).Q
    variances, turn = np.linalg.eigh(basis.T @ _covariance_product(rows, mean, usable, basis))
    return variances, basis @ turn


def _covariance_product(rows: np.ndarray, mean: np.ndarray, usable: int, basis: np.ndarray) -> np.ndarray:
    """Return the product of covariance and directions `(d, k)` without computing the covariance."""
    product = np.zeros_like(basis)
    for block in _finite_blocks(rows):
        product += (block - mean).T @ ((block - mean) @ basis)
    return product / usable


def _select_axes(
    variances: np.ndarray, directions: np.ndarray, count: int | None, mean_variance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return directions and variances, descending, with fixed signs; axes without variance are dropped."""
    variances, directions = variances[::-1][:count], directions[:, ::-1][:, :count]
    positive = variances > _NULL * max(variances.max(initial=0), mean_variance)
    variances, directions = variances[positive], directions[:, positive]
    peaks = np.take_along_axis(directions, np.abs(directions).argmax(axis=0)[None], axis=0)
    return directions * np.where(peaks < 0, -1, 1), variances
