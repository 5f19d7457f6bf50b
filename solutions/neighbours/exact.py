"""Exact nearest neighbours of descriptors by inner product, for an index of any size.

One algorithm in five modules, in their reading order:

1. `exact` divides queries and index among the cores, and the index into blocks that fit into memory.
2. `kernels.scan` multiplies a block with panels of queries in float32; a product above the query's threshold makes a
   candidate.
3. `kernels.candidates` raises each query's threshold and ranks its candidates by exact inner products.
4. `kernels.float_tiles` multiplies a few rows with a panel in registers, with 5. `kernels.simd_ops`.

With LANDMARK_KERNELS=numpy, `kernels.plain` does steps 2 to 5. `quantised_exact` does step 4 with bytes.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise, repeat, starmap
from typing import Literal

import numpy as np

from harness import choose_device, cores, install_command
from solutions.kernels.arrays import check_k
from solutions.neighbours.kernels import search
from solutions.neighbours.neighbours import (
    Neighbours,
    as_descriptors,
    check_descriptors,
    concatenate,
    empty_neighbours,
    is_in_memory,
    merge_top_k,
    remove_self,
)
from solutions.neighbours.searcher import InnerProductSearcher

Search = Callable[[np.ndarray, np.ndarray, int], Neighbours]  # queries (n_queries, d), index (n_index, d), k
PartSearch = Callable[[np.ndarray, slice], Neighbours]  # of queries, in a part of the index
Device = Literal["cpu", "accelerator", "auto"]

_BLOCK = 2**24  # numbers of an index that is not in memory as float32, read at once: 64 MB
_CANDIDATES, _NUMBERS = 2**21, 2**23  # of the queries that are searched at once: 24 and 32 MB a core
_SHARE = 2**12  # index rows for which another thread pays
_ALIGNED = 16  # parts start at multiples of this, so that no tile or register is cut
_WORTHWHILE = 2**38  # products of numbers from which on a GPU pays: about five seconds of two cores
_MANY = 4 * 3 * _ALIGNED  # queries of a thread from which on threads divide the queries instead of the index


def nearest(queries: np.ndarray, index: np.ndarray, k: int, device: Device = "auto") -> Neighbours:
    """Return the k rows of `index` (n_index, d) with the largest inner products with each of `queries` (n_queries, d).

    Both are floats of any width, and are converted to float32. The similarities are float32, rounded from float64 sums;
    equal ones are in order of position. Rows with NaN or infinite numbers, or longer than 1e19, are never found, and
    such queries find nothing. The index may be memory-mapped and larger than memory: it is read in blocks, once for
    some thousands of queries. The result is bit-identical for any number of cores and any batch of queries.

    `device` "accelerator" computes as `solutions.neighbours.accelerator` says; "auto" does for a large search if
    LANDMARK_DEVICE allows a GPU and there is one.

    >>> neighbours = nearest(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0], [3.0, 4.0], [np.nan, 1.0], [3.0, 0.0]]), 4)
    >>> neighbours.positions.tolist(), neighbours.similarities.tolist()
    ([[1, 3, 0, -1]], [[3.0, 3.0, 0.0, -inf]])
    """
    check_k(k)
    check_descriptors(queries, index)
    if device == "accelerator" or (device == "auto" and _is_on_gpu(queries, index)):
        from solutions.neighbours import accelerator

        return accelerator.nearest(queries, index, k)
    return _nearest(queries, index, k, None)


def _is_on_gpu(queries: np.ndarray, index: np.ndarray) -> bool:
    """Return whether the search is large enough for a GPU, and one is chosen."""
    if len(queries) * index.size < _WORTHWHILE:
        return False

    def has_gpu() -> bool:
        from solutions.neighbours.accelerator import has_accelerator

        return has_accelerator()

    remedy = f"no library for searches can use it; install one with: {install_command('cuda')}"
    return choose_device(has_gpu, remedy) != "cpu"


def neighbour_graph(rows: np.ndarray, k: int, search: Search = nearest) -> Neighbours:
    """Return the k nearest other rows to each of `rows` (n, d), as a search finds them: (n, k).

    A row is not its own neighbour; its duplicates are.

    >>> neighbour_graph(np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]]), 2).positions.tolist()
    [[1, 2], [0, 2], [0, 1]]
    """
    return remove_self(search(rows, rows, k + 1))


@dataclass
class Exact(InnerProductSearcher):
    """`nearest`, with the lengths of the rows computed once."""

    def _build(self, index: np.ndarray) -> None:
        self.index = index
        self.squared = search.squared_lengths(as_descriptors(index)) if is_in_memory(index) else None

    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        return _nearest(queries, self.index, k, self.squared)


def _nearest(queries: np.ndarray, index: np.ndarray, k: int, squared: np.ndarray | None) -> Neighbours:
    def of_part(some: np.ndarray, part: slice) -> Neighbours:
        return nearest_in_part(some, index, part, k, squared)

    return search_in_parallel(queries, index, k, of_part, search.capacity(k))


def search_in_parallel(
    queries: np.ndarray, index: np.ndarray, k: int, of_part: PartSearch, capacity: int
) -> Neighbours:
    """Return the k nearest rows by `of_part`, which is called for parts of queries and index on all cores.

    `capacity` is the number of candidates held for each query; it limits how many queries are searched at once.
    """
    results = empty_neighbours(len(queries), k)
    chunk = max(1, min(_CANDIDATES // capacity, _NUMBERS // max(1, index.shape[1])))
    for start in range(0, len(queries), chunk):
        here = slice(start, start + chunk)
        best = _search_chunk(as_descriptors(queries[here]), index, k, of_part)
        results.positions[here], results.similarities[here] = best.positions, best.similarities
    return results


def _search_chunk(queries: np.ndarray, index: np.ndarray, k: int, of_part: PartSearch) -> Neighbours:
    """Search for a part of the queries on each core or, if there are few queries, in a part of the index."""
    threads, whole = max(1, min(cores(), len(index) // _SHARE)), slice(0, len(index))
    if threads == 1:
        return of_part(queries, whole)
    with ThreadPoolExecutor(threads) as pool:
        if is_in_memory(index) and len(queries) >= threads * _MANY:
            some = [queries[part] for part in _split(len(queries), threads)]
            return concatenate(list(pool.map(of_part, some, repeat(whole))))
        parts = _split(len(index), threads)
        return merge_top_k(list(pool.map(of_part, repeat(queries), parts)), k)


def _split(n: int, threads: int) -> list[slice]:
    """Return n queries or rows as one slice a thread."""
    bounds = [n * part // threads // _ALIGNED * _ALIGNED for part in range(threads)]
    return list(starmap(slice, pairwise([*bounds, n])))


def nearest_in_part(
    queries: np.ndarray, index: np.ndarray, part: slice, k: int, squared: np.ndarray | None
) -> Neighbours:
    """Return the k nearest rows of a part of the index; `squared` are the squared lengths of its rows, if known.

    `queries` are as `as_descriptors` returns them.
    """
    state, n_rows = search.new_state(queries, k), part.stop - part.start
    step = n_rows if is_in_memory(index) else _BLOCK // max(1, index.shape[1])
    for start in range(part.start, part.stop, max(1, step)):
        rows = as_descriptors(index[start : min(part.stop, start + step)])
        search.add_block(state, rows, None if squared is None else squared[start:], start, k)
    results: Neighbours = search.result(state, k)
    return results
