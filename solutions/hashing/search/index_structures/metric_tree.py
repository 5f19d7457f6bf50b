"""Trees by the triangle inequality: a node's code divides the codes below it by their distance to it.

A code whose distance to the node's code lies between low and high is at least as far from the query as the query is
from that interval. Nodes wait by the largest such bound on their way down; the k nearest found so far are a heap whose
top is the radius that is still needed, and it shrinks. So no node is visited that a search by the final radius would
leave out.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.index_structures.nearest_heap import distance, offer_code, radius, write
from solutions.hashing.search.index_structures.priority_queue import Frontier, begin, frontier, pop, push
from solutions.hashing.search.index_structures.searcher import Distances, Searcher
from solutions.hashing.search.index_structures.unique_codes import distinct, reordered
from solutions.kernels.jit import helper, kernel


class _Nodes(NamedTuple):
    """Node i stands for the code i; level by level, the children of a node beside each other."""

    children: Any  # (n + 1,) int32: those of node i are nodes children[i] to children[i + 1]
    low: Any  # (n,) uint8: the smallest distance of the codes from here on down to the parent's code
    high: Any  # (n,) uint8: the largest


@dataclass
class MetricTree(Searcher):
    """A tree whose nodes divide by every distance, or at the median; `work` is the number of nodes visited.

    Equal codes are one node. The codes are dealt by the seed before the first becomes the root.
    """

    seed: int = 0
    at_median = False

    def _build(self, codes: Codes) -> None:
        found = distinct(codes)
        order = np.random.default_rng(self.seed).permutation(len(found.codes)).astype(np.int32)
        self.nodes = _planted(found.codes, order, self.at_median)
        self.distinct = reordered(found, order)

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        return int(_search(queries, self.nodes, self.distinct, k, positions, distances))


def _planted(codes: Codes, order: Any, at_median: bool) -> _Nodes:
    """The nodes for the codes in `order`, which is then the order of the nodes."""
    n = len(codes)
    nodes = _Nodes(np.empty(n + 1, np.int32), np.zeros(n, np.uint8), np.zeros(n, np.uint8))
    _plant(codes, order, at_median, nodes)
    return nodes


@kernel
def _plant(codes: Any, order: Any, at_median: bool, nodes: Any) -> None:
    """Divide the codes, level by level; a node's codes lie in `order` from start to stop, its own first."""
    n = len(order)
    start, stop, own = np.zeros(n, np.int32), np.full(n, n, np.int32), np.empty(n, np.int32)
    room, n_nodes = np.empty(n, np.int32), 1
    for node in range(n):
        own[node] = order[start[node]]
        nodes.children[node] = n_nodes
        below = order[start[node] + 1 : stop[node]]
        if not len(below):
            continue
        first, counts = start[node] + 1, _counts(codes, codes[own[node]], below)
        groups = _groups(counts, len(below), at_median)
        _deal(codes, codes[own[node]], groups, below, room)
        for group in range(65):
            low, high, size = _extent(counts, groups, group)
            if size:
                start[n_nodes], stop[n_nodes] = first, first + size
                nodes.low[n_nodes], nodes.high[n_nodes] = low, high
                first += size
                n_nodes += 1
    nodes.children[n] = n
    order[:] = own


@helper
def _counts(codes: Any, centre: Any, below: Any) -> Any:
    """How many of the codes `below` are at each distance to the centre: (65,)."""
    counts = np.zeros(65, np.int64)
    for which in below:
        counts[distance(codes[which], centre)] += 1
    return counts


@helper
def _groups(counts: Any, n: int, at_median: bool) -> Any:
    """The group of each distance: (65,). Up to the median, and beyond; or each for itself."""
    groups, passed = np.arange(65), 0
    if at_median:
        for away in range(65):
            groups[away] = 0 if 2 * passed < n else 1
            passed += counts[away]
    return groups


@helper
def _extent(counts: Any, groups: Any, group: int) -> Any:
    """The smallest and the largest distance that occur in a group, and how many codes it has."""
    low, high, size = 64, 0, 0
    for away in range(65):
        if groups[away] == group and counts[away]:
            low, high, size = min(low, away), away, size + counts[away]
    return low, high, size


@helper
def _deal(codes: Any, centre: Any, groups: Any, below: Any, room: Any) -> None:
    """Bring the codes into the order of their groups, within these as they were."""
    places = np.zeros(66, np.int64)
    for which in below:
        places[groups[distance(codes[which], centre)] + 1] += 1
    places = np.cumsum(places)
    for which in below:
        group = groups[distance(codes[which], centre)]
        room[places[group]] = which
        places[group] += 1
    below[:] = room[: len(below)]


@kernel
def _search(queries: Any, nodes: Any, codes: Any, k: int, positions: Any, distances: Any) -> int:
    waiting, best, n_visited = frontier(len(codes.codes)), np.empty(k, np.int64), 0
    for row, query in enumerate(queries):
        n_best, bound = 0, 0
        begin(waiting)
        while bound <= radius(best, n_best):
            node = pop(waiting, bound)
            if node < 0:
                bound += 1
                continue
            n_visited += 1
            away = distance(codes.codes[node], query)
            n_best = offer_code(best, n_best, codes, node, away)
            _descend(nodes, node, away, bound, radius(best, n_best), waiting)
        write(best, n_best, positions[row], distances[row])
    return n_visited


@helper
def _descend(nodes: _Nodes, node: int, away: int, bound: int, most: int, waiting: Frontier) -> None:
    for child in range(nodes.children[node], nodes.children[node + 1]):
        near = max(bound, nodes.low[child] - away, away - nodes.high[child])
        if near <= most:
            push(waiting, near, child)
