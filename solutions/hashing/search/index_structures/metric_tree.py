"""Metric trees: a node divides the codes below it by their distance to its own code.

By the triangle inequality, codes at a distance between low and high from the node's code are at least as far from the
query as the query's distance is from that interval. Nodes are visited in the order of the largest such bound on their
path. The k nearest codes so far are a heap, whose top is the current search radius. So no node is visited that a search
with the final radius would skip.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness import helper, kernel
from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.index_structures.nearest_heap import distance, push_code, radius, write_sorted
from solutions.hashing.search.index_structures.priority_queue import BucketQueue, new_queue, pop, push, push_root
from solutions.hashing.search.index_structures.searcher import Distances, HammingSearcher
from solutions.hashing.search.index_structures.unique_codes import deduplicate, reorder


class _Nodes(NamedTuple):
    """Node i holds code i. Nodes are in order of their level, the children of a node next to each other."""

    children: Any  # (n + 1,) int32: those of node i are nodes children[i] to children[i + 1]
    low: Any  # (n,) uint8: smallest distance of this subtree's codes to the parent's code
    high: Any  # (n,) uint8: largest


@dataclass
class MetricTree(HammingSearcher):
    """A tree whose nodes divide by every distance, or at the median; `work` is the number of nodes visited.

    Equal codes share one node. The codes are shuffled by the seed, and the first becomes the root.
    """

    seed: int = 0
    at_median = False

    def _build(self, codes: Codes) -> None:
        unique_codes = deduplicate(codes)
        order = np.random.default_rng(self.seed).permutation(len(unique_codes.codes)).astype(np.int32)
        self.nodes = _build_nodes(unique_codes.codes, order, self.at_median)
        self.unique = reorder(unique_codes, order)

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        return int(_search(queries, self.nodes, self.unique, k, positions, distances))


@dataclass
class BKTree(MetricTree):
    """The tree of Burkhard and Keller: a child for every distance to the node's code, at most 65.

    Source: "Some approaches to best-match file searching", 1973. It is the tree built by inserting the codes in order.
    """


@dataclass
class VPTree(MetricTree):
    """The vantage-point tree: one child for distances up to the median, one for larger ones.

    Source: P. Yianilos, "Data structures and algorithms for nearest neighbor search in general metric spaces", 1993;
    the deck's triangle inequality with a heap that is updated.
    """

    at_median = True


def _build_nodes(codes: Codes, order: Any, at_median: bool) -> _Nodes:
    """Return the tree of the codes in `order`, which becomes the order of the nodes."""
    n = len(codes)
    nodes = _Nodes(np.empty(n + 1, np.int32), np.zeros(n, np.uint8), np.zeros(n, np.uint8))
    _divide(codes, order, at_median, nodes)
    return nodes


@kernel
def _divide(codes: Any, order: Any, at_median: bool, nodes: Any) -> None:
    """Divide the codes level by level; the codes of a subtree are in `order` from start to stop, its root first."""
    n = len(order)
    start, stop, own = np.zeros(n, np.int32), np.full(n, n, np.int32), np.empty(n, np.int32)
    workspace, n_nodes = np.empty(n, np.int32), 1
    for node in range(n):
        own[node] = order[start[node]]
        nodes.children[node] = n_nodes
        below = order[start[node] + 1 : stop[node]]
        if not len(below):
            continue
        first, counts = start[node] + 1, _counts(codes, codes[own[node]], below)
        groups = _groups(counts, len(below), at_median)
        _sort_by_group(codes, codes[own[node]], groups, below, workspace)
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
    """Return how many of the codes `below` are at each distance from the centre: (65,)."""
    counts = np.zeros(65, np.int64)
    for which in below:
        counts[distance(codes[which], centre)] += 1
    return counts


@helper
def _groups(counts: Any, n: int, at_median: bool) -> Any:
    """Return the group of each distance (65,): 0 up to the median and 1 beyond it, or one group a distance."""
    groups, passed = np.arange(65), 0
    if at_median:
        for away in range(65):
            groups[away] = 0 if 2 * passed < n else 1
            passed += counts[away]
    return groups


@helper
def _extent(counts: Any, groups: Any, group: int) -> Any:
    """Return the smallest and largest distance in a group, and its number of codes."""
    low, high, size = 64, 0, 0
    for away in range(65):
        if groups[away] == group and counts[away]:
            low, high, size = min(low, away), away, size + counts[away]
    return low, high, size


@helper
def _sort_by_group(codes: Any, centre: Any, groups: Any, below: Any, workspace: Any) -> None:
    """Sort the codes by group, keeping their order within it."""
    places = np.zeros(66, np.int64)
    for which in below:
        places[groups[distance(codes[which], centre)] + 1] += 1
    places = np.cumsum(places)
    for which in below:
        group = groups[distance(codes[which], centre)]
        workspace[places[group]] = which
        places[group] += 1
    below[:] = workspace[: len(below)]


@kernel
def _search(queries: Any, nodes: Any, codes: Any, k: int, positions: Any, distances: Any) -> int:
    queue, best, n_visited = new_queue(len(codes.codes)), np.empty(k, np.int64), 0
    for row, query in enumerate(queries):
        n_best, bound = 0, 0
        push_root(queue)
        while bound <= radius(best, n_best):
            node = pop(queue, bound)
            if node < 0:
                bound += 1
                continue
            n_visited += 1
            away = distance(codes.codes[node], query)
            n_best = push_code(best, n_best, codes, node, away)
            _descend(nodes, node, away, bound, radius(best, n_best), queue)
        write_sorted(best, n_best, positions[row], distances[row])
    return n_visited


@helper
def _descend(nodes: _Nodes, node: int, away: int, bound: int, most: int, queue: BucketQueue) -> None:
    for child in range(nodes.children[node], nodes.children[node + 1]):
        near = max(bound, nodes.low[child] - away, away - nodes.high[child])
        if near <= most:
            push(queue, near, child)
