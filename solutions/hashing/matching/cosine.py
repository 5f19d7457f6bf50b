"""Cosine similarities of standardised descriptors, the same to the last bit in whatever company they are computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

_BLOCK = 8192  # rows of the index that are summed at once
_FINE = 2.0**32  # whole multiples of its inverse are summed without rounding, if they are below 1000 and 2 million
_STEP = 2.0**26  # products of whole numbers up to this, if the squares sum up to its own, stay below 2**53: no rounding


@dataclass(frozen=True)
class Standardisation:
    """How descriptors are made comparable: less the mean over an index, divided by the spread there, to length 1."""

    mean: Numbers  # (d,)
    spread: Numbers  # (d,)

    @classmethod
    def fit(cls, rows: np.ndarray, *, spread: bool) -> Standardisation:
        """Return the standard of an index (n, d), rows of NaN left out; without `spread`, that is 1.

        Sums are exact, so that the order of the index does not matter. A number that is everywhere the same has a
        spread of 1, and an empty index the mean 0.
        """
        n_rows = sum(len(block) for block in _readable(rows)) or 1
        mean = sum((_exact_sum(block) for block in _readable(rows)), np.zeros(rows.shape[1])) / n_rows
        if not spread:
            return cls(mean, np.ones_like(mean))
        squares = sum((_exact_sum((block - mean) ** 2) for block in _readable(rows)), np.zeros_like(mean))
        return cls(mean, np.where(squares > 0, np.sqrt(squares / n_rows), 1))

    def __call__(self, rows: np.ndarray) -> Numbers:
        """Return the standardised rows (n, d); one that equals the mean is zero, one of NaN stays."""
        apart = np.ascontiguousarray((rows - self.mean) / self.spread)
        lengths = np.sqrt(np.square(apart).sum(axis=1, keepdims=True))
        return apart / np.where(lengths == 0, 1, lengths)


def cosine_similarities(queries: np.ndarray, index: np.ndarray, standard: Standardisation) -> npt.NDArray[np.float32]:
    """Return the cosines of the standardised rows of queries (n_query, d) and index (n_index, d): (n_query, n_index).

    Matrix products of floats differ in the last bits with the number of rows, and equal images would not tie. Here the
    numbers are rounded to multiples of 2**-26 first, which makes them exact in whatever order they are summed.
    A row of NaN is NaN throughout.

    >>> standard = Standardisation(np.zeros(2), np.ones(2))
    >>> cosine_similarities(np.array([[3, 4]]), np.array([[1, 0], [8, 6], [0, 0]]), standard).round(6).tolist()
    [[0.6000000238418579, 0.9599999785423279, 0.0]]
    """
    whole, others = (np.rint(standard(rows) * _STEP) for rows in (queries, index))
    return np.asarray(whole @ others.T / _STEP**2, np.float32)


def _readable(rows: np.ndarray) -> Iterator[Numbers]:
    for start in range(0, len(rows), _BLOCK):
        block = np.asarray(rows[start : start + _BLOCK], np.float64)
        yield block[~np.isnan(block).any(axis=1)]


def _exact_sum(rows: Numbers) -> Numbers:
    return np.asarray(np.rint(rows * _FINE).astype(np.int64).sum(axis=0) / _FINE)
