"""Exact nearest neighbours of descriptors by inner product, whatever the size of the index."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise, repeat, starmap
from typing import Literal

import numpy as np

from harness import cores
from solutions.neighbours.kernels.candidates import lengths_of, nothing_found, room_for, settled
from solutions.neighbours.kernels.float_tiles import panels
from solutions.neighbours.kernels.scan import ROOM_BEYOND, scan, squared_lengths
from solutions.neighbours.kernels.simd_ops import PANEL, WIDTH
from solutions.neighbours.neighbours import (
    Neighbours,
    best_of,
    check_k,
    check_rows,
    is_ready,
    lent,
    no_neighbours,
    together,
)
from solutions.neighbours.searcher import Searcher

OfPart = Callable[[np.ndarray, slice], Neighbours]
Device = Literal["cpu", "accelerator", "auto"]

_BLOCK = 2**24  # numbers of an index that is not in memory as float32: 64 MB are looked at at once
_NOTES, _NUMBERS = 2**21, 2**23  # of the queries that are asked at once: 24 and 32 MB a core
_SHARE = 2**12  # index rows that are worth a thread
_MANY = 4 * PANEL  # queries that are worth a thread of their own


def nearest(queries: np.ndarray, index: np.ndarray, k: int, device: Device = "cpu") -> Neighbours:
    """Return the k rows of `index` (n_index, d) with the largest inner products with each of `queries` (n_queries, d).

    Both are floats of any width, and are taken as float32. The similarities are float32, rounded from float64 sums;
    equal ones are in order of position. Rows with NaN or infinite numbers, or longer than 1e19, are never found, and
    such queries find nothing. The index may be memory-mapped, and larger than the memory: it is read in blocks, once
    for some thousands of queries. The answer is the same to the last bit for any number of cores, and of queries.

    On an accelerator, which `auto` takes if there is one, see `solutions.neighbours.accelerator` for what is promised.

    >>> found = nearest(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0], [3.0, 4.0], [np.nan, 1.0], [3.0, 0.0]]), 4)
    >>> found.positions.tolist(), found.similarities.tolist()
    ([[1, 3, 0, -1]], [[3.0, 3.0, 0.0, -inf]])
    """
    check_k(k)
    check_rows(queries, index)
    if device != "cpu":
        from solutions.neighbours import accelerator

        if device == "accelerator" or accelerator.is_there():
            return accelerator.nearest(queries, index, k)
    return _nearest(queries, index, k, None)


def neighbour_graph(rows: np.ndarray, k: int) -> Neighbours:
    """Return the k nearest other rows to each of `rows` (n, d): (n, k).

    A row is no neighbour of itself; its equals are.

    >>> neighbour_graph(np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]]), 2).positions.tolist()
    [[1, 2], [0, 2], [0, 1]]
    """
    found = nearest(rows, rows, k + 1)
    own = found.positions == np.arange(len(rows))[:, None]
    own[~own.any(axis=1), k] = True  # with many equals before it, a row is not among them: then the last goes
    return Neighbours(found.positions[~own].reshape(-1, k), found.similarities[~own].reshape(-1, k))


@dataclass
class Exact(Searcher):
    """`nearest`, with the lengths of the rows measured once."""

    def _build(self, index: np.ndarray) -> None:
        self.index = index
        self.squared = squared_lengths(lent(index)) if is_ready(index) else None

    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        return _nearest(queries, self.index, k, self.squared)


def _nearest(queries: np.ndarray, index: np.ndarray, k: int, squared: np.ndarray | None) -> Neighbours:
    return shared(queries, index, k, lambda some, part: nearest_of_part(some, index, part, k, squared), room_for(k))


def shared(queries: np.ndarray, index: np.ndarray, k: int, of_part: OfPart, room: int) -> Neighbours:
    """Return the k nearest that `of_part` finds for some of the queries in a part of the index, on all cores.

    For each query it keeps so many notes as there is `room` for.
    """
    found = no_neighbours(len(queries), k)
    chunk = max(1, min(_NOTES // room, _NUMBERS // max(1, index.shape[1])))
    for start in range(0, len(queries), chunk):
        here = slice(start, start + chunk)
        best = _nearest_to_some(lent(queries[here]), index, k, of_part)
        found.positions[here], found.similarities[here] = best.positions, best.similarities
    return found


def _nearest_to_some(queries: np.ndarray, index: np.ndarray, k: int, of_part: OfPart) -> Neighbours:
    """Search for a part of the queries on each core or, where they are few, in a part of the index."""
    threads, whole = max(1, min(cores(), len(index) // _SHARE)), slice(0, len(index))
    if threads == 1:
        return of_part(queries, whole)
    with ThreadPoolExecutor(threads) as pool:
        if is_ready(index) and len(queries) >= threads * _MANY:
            some = [queries[part] for part in _parts(len(queries), threads)]
            return together(list(pool.map(of_part, some, repeat(whole))))
        parts = _parts(len(index), threads)
        return best_of(list(pool.map(of_part, repeat(queries), parts)), k)


def _parts(n: int, threads: int) -> list[slice]:
    """Cut n queries or rows into as many parts, at multiples of what is looked at together."""
    bounds = [n * part // threads // WIDTH * WIDTH for part in range(threads)]
    return list(starmap(slice, pairwise([*bounds, n])))


def nearest_of_part(
    queries: np.ndarray, index: np.ndarray, part: slice, k: int, squared: np.ndarray | None
) -> Neighbours:
    """Return the k nearest to queries, as `lent`, in a part of the index, whose squared lengths may be known."""
    found, n_rows = nothing_found(queries, lengths_of(queries), panels(queries), room_for(k)), part.stop - part.start
    step = n_rows if is_ready(index) else _BLOCK // max(1, index.shape[1])
    for start in range(part.start, part.stop, max(1, step)):
        rows = lent(index[start : min(part.stop, start + step)])
        lengths = np.empty(len(rows) + ROOM_BEYOND, np.float32) if squared is None else squared[start:]
        scan(rows, lengths, squared is not None, start, k, found)
    return settled(found, k)
