"""What every way to search an index is asked, and how it answers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from solutions.neighbours.neighbours import Neighbours, check_k, check_rows, no_neighbours


@dataclass
class Searcher(ABC):
    """A way to find the nearest rows of an index by inner product; its fields are its parameters.

    What is found is the same for any batch of queries and any number of cores. An approximate searcher may miss some of
    the nearest, but what it finds has its exact similarity and its place by that.

    >>> from solutions.neighbours.exact import Exact
    >>> Exact().build(np.eye(2)).search(np.array([[0.0, 1.0]]), k=1).positions.tolist()
    [[1]]
    """

    exact: ClassVar[bool] = True

    def build(self, index: np.ndarray) -> Self:
        """Return this searcher, made for `index` (n_index, d), which it may keep: do not change it any more."""
        check_rows(index)
        self.width = index.shape[1]
        self.n_index = len(index)
        if self.n_index:
            self._build(index)
        return self

    def search(self, queries: np.ndarray, k: int) -> Neighbours:
        """Return the k nearest that are found for each of `queries` (n_queries, d)."""
        check_k(k)
        check_rows(queries, np.empty((0, self.width), np.float32))
        if not (self.n_index and len(queries)):
            return no_neighbours(len(queries), k)
        return self._search(queries, k)

    @abstractmethod
    def _build(self, index: np.ndarray) -> None:
        """Keep what is needed of one row at least."""

    @abstractmethod
    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        """Search for one query at least."""
