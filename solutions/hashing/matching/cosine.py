"""Cosine similarities of standardised descriptors, bit-identical for any batch of queries and index rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

_BLOCK = 8192  # rows of the index that are summed at once
_FINE = 2.0**32  # multiples of its inverse below 1000 are summed exactly, up to 2 million of them
_STEP = 2.0**26  # inner products of integers up to this, with squares that sum to its own, are exact: below 2**53


@dataclass(frozen=True)
class Standardisation:
    """Standardisation by the mean and standard deviation over an index, then to length 1."""

    mean: Numbers  # (d,)
    spread: Numbers  # (d,): standard deviation

    @classmethod
    def fit(cls, rows: np.ndarray, *, spread: bool) -> Standardisation:
        """Return the standardisation of an index (n, d) without its rows of NaN; without `spread`, the spread is 1.

        Sums are exact, so the order of the index does not matter. A constant column has a spread of 1, and an empty
        index a mean of 0.
        """
        n_rows = sum(len(block) for block in _readable(rows)) or 1
        mean = sum((_exact_sum(block) for block in _readable(rows)), np.zeros(rows.shape[1])) / n_rows
        if not spread:
            return cls(mean, np.ones_like(mean))
        squares = sum((_exact_sum((block - mean) ** 2) for block in _readable(rows)), np.zeros_like(mean))
        return cls(mean, np.where(squares > 0, np.sqrt(squares / n_rows), 1))

    def __call__(self, rows: np.ndarray) -> Numbers:
        """Return the standardised rows (n, d): zero for one that equals the mean, NaN for one of NaN."""
        centred = np.ascontiguousarray((rows - self.mean) / self.spread)
        lengths = np.sqrt(np.square(centred).sum(axis=1, keepdims=True))
        return centred / np.where(lengths == 0, 1, lengths)


def cosine_similarities(queries: np.ndarray, index: np.ndarray, standard: Standardisation) -> npt.NDArray[np.float32]:
    """Return the cosines of the standardised rows of queries (n_query, d) and index (n_index, d): (n_query, n_index).

    Matrix products of floats depend on the number of rows in their last bits, so equal images would not tie. Here the
    numbers are rounded to multiples of 2**-26 first: their sums are exact in any order. A row of NaN has similarities
    of NaN.

    >>> standard = Standardisation(np.zeros(2), np.ones(2))
    >>> cosine_similarities(np.array([[3, 4]]), np.array([[1, 0], [8, 6], [0, 0]]), standard).round(6).tolist()
    [[0.6000000238418579, 0.9599999785423279, 0.0]]
    """
    rounded, others = (np.rint(standard(rows) * _STEP) for rows in (queries, index))
    return np.asarray(rounded @ others.T / _STEP**2, np.float32)


def _readable(rows: np.ndarray) -> Iterator[Numbers]:
    for start in range(0, len(rows), _BLOCK):
        block = np.asarray(rows[start : start + _BLOCK], np.float64)
        yield block[~np.isnan(block).any(axis=1)]


def _exact_sum(rows: Numbers) -> Numbers:
    return np.asarray(np.rint(rows * _FINE).astype(np.int64).sum(axis=0) / _FINE)
