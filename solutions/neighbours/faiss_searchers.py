"""Approximate searchers of faiss, an optional library: HNSW, a hierarchical graph, and IVF-PQ, product quantisation.

Both are built on one core, so that the result is reproducible. Their candidates are ranked by exact inner products.
"""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from harness import cores
from solutions.kernels.faiss import import_faiss
from solutions.neighbours.exact_rerank import rerank_exactly
from solutions.neighbours.neighbours import Neighbours, are_readable, as_descriptors
from solutions.neighbours.searcher import InnerProductSearcher

_BLOCK = 2**14  # rows that are added at once
_MIN_TRAINING = 39  # rows for each cell or code that faiss wants for training


@dataclass
class _FaissSearcher(InnerProductSearcher):
    exact: ClassVar[bool] = False

    def _build(self, index: np.ndarray) -> None:
        faiss = import_faiss()
        self.index = index
        self.readable = np.flatnonzero(are_readable(index))  # rows in faiss, by their number there
        if not len(self.readable):
            return
        with _threads(faiss, 1):
            self.structure = self._structure(faiss, index)
            for start in range(0, len(self.readable), _BLOCK):
                self.structure.add(as_descriptors(index[self.readable[start : start + _BLOCK]]))

    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        candidates = np.full((len(queries), min(self._n_candidates(k), len(self.readable))), -1, np.int64)
        readable = are_readable(queries)
        if candidates.size and readable.any():
            faiss = import_faiss()
            with _threads(faiss, cores()):
                candidates[readable] = self.structure.search(
                    as_descriptors(queries[readable]),
                    candidates.shape[1],
                    params=self._parameters(faiss, candidates.shape[1]),
                )[1]
            candidates = np.where(candidates < 0, -1, self.readable[candidates])
        return rerank_exactly(queries, self.index, candidates, k)

    @abstractmethod
    def _structure(self, faiss: ModuleType, index: np.ndarray) -> Any:
        """Return an empty faiss index, trained if it needs that."""

    @abstractmethod
    def _parameters(self, faiss: ModuleType, n_candidates: int) -> Any:
        """Return the search parameters of faiss."""

    def _n_candidates(self, k: int) -> int:
        return k


@dataclass
class Hnsw(_FaissSearcher):
    """Hierarchical navigable small world graphs: a best-first search from coarse to fine levels.

    Source: "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs",
    Y. A. Malkov and D. A. Yashunin, 2016; IndexHNSWFlat of faiss, which copies the index.
    """

    links: int = 32  # of a row (M); twice as many in the lowest graph
    breadth_built: int = 80  # efConstruction
    breadth: int = 256  # efSearch; k, if that is larger

    def _structure(self, faiss: ModuleType, index: np.ndarray) -> Any:
        structure = faiss.IndexHNSWFlat(index.shape[1], self.links, faiss.METRIC_INNER_PRODUCT)
        structure.hnsw.efConstruction = self.breadth_built
        return structure

    def _parameters(self, faiss: ModuleType, n_candidates: int) -> Any:
        return faiss.SearchParametersHNSW(efSearch=max(self.breadth, n_candidates))


@dataclass
class IvfPq(_FaissSearcher):
    """Inverted file with product quantisation: the rows of the cells nearest to a query are compared as short codes.

    The best by these are compared exactly. Source: "Product quantization for nearest neighbor search", H. Jégou,
    M. Douze and C. Schmid, 2011; IndexIVFPQ of faiss.
    """

    cells: int = 1024  # fewer, if the index is too small to train so many
    probes: int = 32  # cells scanned for a query
    numbers: int = 8  # numbers of a row coded by one byte
    refine: int = 4  # times k candidates are compared exactly

    def _structure(self, faiss: ModuleType, index: np.ndarray) -> Any:
        d, n_rows = index.shape[1], len(self.readable)
        if self._is_small():
            return faiss.IndexFlatIP(d)
        cells = min(self.cells, n_rows // _MIN_TRAINING)
        bits = min(8, (n_rows // _MIN_TRAINING).bit_length() - 1)
        parts = next(parts for parts in range(max(1, d // self.numbers), 0, -1) if d % parts == 0)
        inner_product = faiss.METRIC_INNER_PRODUCT
        structure = faiss.IndexIVFPQ(faiss.IndexFlatIP(d), d, cells, parts, bits, inner_product)
        structure.cp.min_points_per_centroid = structure.pq.cp.min_points_per_centroid = 1
        few = self.readable[:: max(1, n_rows // (4 * _MIN_TRAINING * max(cells, 2**bits)))]
        structure.train(as_descriptors(index[few]))
        return structure

    def _parameters(self, faiss: ModuleType, n_candidates: int) -> Any:  # noqa: ARG002
        return None if self._is_small() else faiss.SearchParametersIVF(nprobe=self.probes)

    def _is_small(self) -> bool:
        """Return whether the index is too small for training: then all rows are scanned."""
        return len(self.readable) < 2 * _MIN_TRAINING

    def _n_candidates(self, k: int) -> int:
        return self.refine * k


@contextmanager
def _threads(faiss: ModuleType, threads: int) -> Iterator[None]:
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(threads)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
