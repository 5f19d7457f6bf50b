"""Nearest hash codes by Hamming distance, asked and answered like nearest descriptors."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from solutions.hashing.search.codes import check_k
from solutions.hashing.search.hamming import nearest
from solutions.neighbours.neighbours import Neighbours
from solutions.neighbours.searcher import Searcher

_HALF = np.float32(32)  # of the bits of a code


@dataclass
class OfCodes(Searcher):
    """The scan of `solutions.hashing.search.hamming`, for codes (n,) uint64.

    The similarity is 1 - distance / 32, from 1 to -1: the cosine of two codes whose bits stand for 1 and -1.

    >>> found = OfCodes().build(np.array([0b0000, 0b0111, 0b0001], np.uint64)).search(np.array([1], np.uint64), k=2)
    >>> found.positions.tolist(), found.similarities.tolist()
    ([[2, 0]], [[1.0, 0.96875]])
    """

    def build(self, index: np.ndarray) -> Self:
        """Return this searcher, made for codes (n_index,)."""
        self._build(index)
        return self

    def search(self, queries: np.ndarray, k: int) -> Neighbours:
        """Return the k nearest codes to each of `queries` (n_queries,)."""
        check_k(k)
        return self._search(queries, k)

    def _build(self, index: np.ndarray) -> None:
        self.codes = index

    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        distances, positions = nearest(queries, self.codes, k)
        return Neighbours(positions, np.where(positions < 0, -np.inf, 1 - distances / _HALF).astype(np.float32))
