"""Two approximate searchers of faiss, an optional library: a navigable graph, and cells of quantised rows.

Both are built on one core, so that they are the same each time. What they find is ordered by exact similarities.
"""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from harness import cores
from solutions.kernels.faiss import loaded_faiss
from solutions.neighbours.exact_rerank import reranked
from solutions.neighbours.neighbours import Neighbours, are_readable, lent
from solutions.neighbours.searcher import Searcher

_BLOCK = 2**14  # rows that are added at once
_TO_A_CELL = 39  # rows that faiss wants to learn from, at least, for each cell or code


@dataclass
class _OfFaiss(Searcher):
    exact: ClassVar[bool] = False

    def _build(self, index: np.ndarray) -> None:
        faiss = loaded_faiss()
        self.index = index
        self.readable = np.flatnonzero(are_readable(index))  # faiss knows those alone, by their number here
        if not len(self.readable):
            return
        with _on(faiss, 1):
            self.structure = self._structure(faiss, index)
            for start in range(0, len(self.readable), _BLOCK):
                self.structure.add(lent(index[self.readable[start : start + _BLOCK]]))

    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        candidates = np.full((len(queries), min(self._n_candidates(k), len(self.readable))), -1, np.int64)
        asked = are_readable(queries)
        if candidates.size and asked.any():
            faiss = loaded_faiss()
            with _on(faiss, cores()):
                candidates[asked] = self.structure.search(
                    lent(queries[asked]), candidates.shape[1], params=self._parameters(faiss, candidates.shape[1])
                )[1]
            candidates = np.where(candidates < 0, -1, self.readable[candidates])
        return reranked(queries, self.index, candidates, k)

    @abstractmethod
    def _structure(self, faiss: ModuleType, index: np.ndarray) -> Any:
        """Return the structure of faiss, trained and empty."""

    @abstractmethod
    def _parameters(self, faiss: ModuleType, n_candidates: int) -> Any:
        """Return how a search is to be done."""

    def _n_candidates(self, k: int) -> int:
        return k


@dataclass
class Hnsw(_OfFaiss):
    """A hierarchy of graphs in which a search goes from neighbour to neighbour.

    Source: "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs",
    Y. A. Malkov and D. A. Yashunin, 2016; IndexHNSWFlat of faiss, which holds a copy of the index.
    """

    links: int = 32  # of a row, twice as many in the lowest graph
    breadth_built: int = 80  # rows that are looked around from for each row that is added
    breadth: int = 256  # and for each query, or k if that is more

    def _structure(self, faiss: ModuleType, index: np.ndarray) -> Any:
        structure = faiss.IndexHNSWFlat(index.shape[1], self.links, faiss.METRIC_INNER_PRODUCT)
        structure.hnsw.efConstruction = self.breadth_built
        return structure

    def _parameters(self, faiss: ModuleType, n_candidates: int) -> Any:
        return faiss.SearchParametersHNSW(efSearch=max(self.breadth, n_candidates))


@dataclass
class IvfPq(_OfFaiss):
    """Cells of the index, of which the nearest to a query are scanned by product-quantised rows.

    The best by these are compared exactly. Source: "Product quantization for nearest neighbor search", H. Jégou,
    M. Douze and C. Schmid, 2011; IndexIVFPQ of faiss.
    """

    cells: int = 1024  # fewer, where the index is too small to learn so many
    probes: int = 32  # cells that are scanned
    numbers: int = 8  # of a row that share a byte
    refine: int = 4  # times k candidates are compared exactly

    def _structure(self, faiss: ModuleType, index: np.ndarray) -> Any:
        d, n_rows = index.shape[1], len(self.readable)
        if self._is_small():
            return faiss.IndexFlatIP(d)
        cells = min(self.cells, n_rows // _TO_A_CELL)
        bits = min(8, (n_rows // _TO_A_CELL).bit_length() - 1)
        parts = next(parts for parts in range(max(1, d // self.numbers), 0, -1) if d % parts == 0)
        inner_product = faiss.METRIC_INNER_PRODUCT
        structure = faiss.IndexIVFPQ(faiss.IndexFlatIP(d), d, cells, parts, bits, inner_product)
        structure.cp.min_points_per_centroid = structure.pq.cp.min_points_per_centroid = 1
        few = self.readable[:: max(1, n_rows // (4 * _TO_A_CELL * max(cells, 2**bits)))]
        structure.train(lent(index[few]))
        return structure

    def _parameters(self, faiss: ModuleType, n_candidates: int) -> Any:  # noqa: ARG002
        return None if self._is_small() else faiss.SearchParametersIVF(nprobe=self.probes)

    def _is_small(self) -> bool:
        """Tell whether there is too little to learn from: then everything is scanned."""
        return len(self.readable) < 2 * _TO_A_CELL

    def _n_candidates(self, k: int) -> int:
        return self.refine * k


@contextmanager
def _on(faiss: ModuleType, threads: int) -> Iterator[None]:
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(threads)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
