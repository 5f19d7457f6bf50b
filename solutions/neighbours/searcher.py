"""The interface of all searchers of descriptors."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from solutions.kernels.arrays import check_k
from solutions.neighbours.neighbours import Neighbours, check_descriptors, empty_neighbours


@dataclass
class InnerProductSearcher(ABC):
    """Finds the nearest rows of an index by inner product; the dataclass fields are its parameters.

    The result is the same for any batch of queries and any number of cores. An approximate searcher may miss some of
    the nearest rows, but those that it returns have exact similarities and are in their order.

    >>> from solutions.neighbours.exact import Exact
    >>> Exact().build(np.eye(2)).search(np.array([[0.0, 1.0]]), k=1).positions.tolist()
    [[1]]
    """

    exact: ClassVar[bool] = True

    def build(self, index: np.ndarray) -> Self:
        """Build the structure for `index` (n_index, d), which it may keep a reference to, and return this searcher."""
        check_descriptors(index)
        self.width = index.shape[1]
        self.n_index = len(index)
        if self.n_index:
            self._build(index)
        return self

    def search(self, queries: np.ndarray, k: int) -> Neighbours:
        """Return the k nearest rows to each of `queries` (n_queries, d)."""
        check_k(k)
        check_descriptors(queries, np.empty((0, self.width), np.float32))
        if not (self.n_index and len(queries)):
            return empty_neighbours(len(queries), k)
        return self._search(queries, k)

    @abstractmethod
    def _build(self, index: np.ndarray) -> None:
        """Build the structure for one row or more."""

    @abstractmethod
    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        """Search for one query or more."""
