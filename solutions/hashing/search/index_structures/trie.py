"""A trie over the digits of the codes, walked with a budget of bits that grows until k codes are found.

The deck's optimisation of the scan. What is spent on the way down to a node is the distance of the node's prefix to the
query's. Nodes wait by what was spent on them, so that raising the budget goes on where it stopped: when a budget is
used up, all codes within it are found.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.index_structures.nearest_heap import distance, offer_code, radius, write
from solutions.hashing.search.index_structures.priority_queue import Frontier, begin, frontier, pop, push
from solutions.hashing.search.index_structures.searcher import Distances, Searcher
from solutions.hashing.search.index_structures.unique_codes import Distinct, distinct
from solutions.kernels.jit import helper, kernel

_BITS = 64


@dataclass
class Trie(Searcher):
    """Digits are of 4 bits (hexadecimal) or 8 (bytes); `work` is the number of nodes visited.

    A node with no more than `leaf` codes is not divided: these are compared one by one. With 0, all branches go down to
    the last digit.

    With n uniform codes and a budget of r, the nodes visited are on average the sum over the levels l of
    (1 - (1 - 2**-b)**n) * sum of C(b, j) for j up to r, where b is the number of bits above the level.
    """

    digit_bits: Literal[4, 8] = 4
    leaf: int = 32  # codes

    def _build(self, codes: Codes) -> None:
        self.distinct = distinct(codes)
        self.nodes = _nodes(self.distinct.codes, self.digit_bits, self.leaf)

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        return int(_search(queries, self.nodes, self.distinct, k, positions, distances))


class _Nodes(NamedTuple):
    """A node holds the distinct codes from start to stop, which agree in their first bits. Level by level."""

    start: Any  # (n_nodes,) int32
    stop: Any  # (n_nodes,) int32
    children: Any  # (n_nodes + 1,) int32: those of node i are nodes children[i] to children[i + 1]; a leaf has none
    rest: Any  # (n_nodes,) uint8: bits below the node's prefix


def _nodes(codes: Codes, digit_bits: int, leaf: int) -> _Nodes:
    start, stop, rest = np.zeros(1, np.int32), np.full(1, len(codes), np.int32), _BITS
    levels, n_children = [], []
    while len(start):
        levels.append((start, stop, np.full(len(start), rest, np.uint8)))
        rest -= digit_bits
        parents, start, stop = _divided(codes, rest, start, stop, leaf if rest >= 0 else len(codes))
        n_children.append(parents)
    starts, stops, rests = (np.concatenate(parts) for parts in zip(*levels, strict=True))
    children = 1 + np.r_[0, np.cumsum(np.concatenate(n_children))]
    return _Nodes(starts, stops, children.astype(np.int32), rests)


def _divided(codes: Codes, rest: int, start: Any, stop: Any, leaf: int) -> tuple[Any, Any, Any]:
    """The number of children of each node of a level, and the children's first codes and ends."""
    prefixes = codes >> np.uint64(max(rest, 0))
    firsts = np.flatnonzero(np.r_[True, prefixes[1:] != prefixes[:-1]]).astype(np.int32)
    ends = np.r_[firsts[1:], len(codes)].astype(np.int32)
    parent = np.searchsorted(start, firsts, side="right") - 1
    wanted = (parent >= 0) & (firsts < stop[parent]) & (stop[parent] - start[parent] > leaf)
    return np.bincount(parent[wanted], minlength=len(start)), firsts[wanted], ends[wanted]


@kernel
def _search(queries: Any, nodes: Any, codes: Any, k: int, positions: Any, distances: Any) -> int:
    waiting, best, n_visited = frontier(len(nodes.start)), np.empty(k, np.int64), 0
    for row, query in enumerate(queries):
        n_best, budget = 0, 0
        begin(waiting)
        while budget <= radius(best, n_best):
            node = pop(waiting, budget)
            if node < 0:
                budget += 1
                continue
            n_visited += 1
            if nodes.children[node] == nodes.children[node + 1]:
                n_best = _compare(query, nodes, node, codes, best, n_best)
            else:
                _descend(query, nodes, node, codes.codes, radius(best, n_best), waiting)
        write(best, n_best, positions[row], distances[row])
    return n_visited


@helper
def _compare(query: Any, nodes: _Nodes, node: int, codes: Distinct, best: Any, n_best: int) -> int:
    for which in range(nodes.start[node], nodes.stop[node]):
        n_best = offer_code(best, n_best, codes, which, distance(codes.codes[which], query))
    return n_best


@helper
def _descend(query: Any, nodes: _Nodes, node: int, codes: Any, most: int, waiting: Frontier) -> None:
    for child in range(nodes.children[node], nodes.children[node + 1]):
        rest = np.uint64(nodes.rest[child])
        spent = distance(codes[nodes.start[child]] >> rest, query >> rest)
        if spent <= most:
            push(waiting, spent, child)
