"""A trie of the digits of the codes, searched with a radius in bits that grows until k codes are found.

This is the deck's optimisation of the scan. Nodes are queued by the distance of their prefix to that of the query, so
raising the radius continues the search where it stopped. When a radius is done, all codes within it have been found.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from harness import helper, kernel
from solutions.hashing.search.codes import Codes, Positions
from solutions.hashing.search.index_structures.nearest_heap import distance, push_code, radius, write_sorted
from solutions.hashing.search.index_structures.priority_queue import BucketQueue, new_queue, pop, push, push_root
from solutions.hashing.search.index_structures.searcher import Distances, HammingSearcher
from solutions.hashing.search.index_structures.unique_codes import UniqueCodes, deduplicate

_BITS = 64


@dataclass
class Trie(HammingSearcher):
    """A trie of digits of 4 bits (hexadecimal) or 8 (bytes); `work` is the number of nodes visited.

    A node with at most `leaf` codes is not divided; its codes are compared one by one. With 0, all branches reach the
    last digit.

    With n uniform codes and a radius of r, the mean number of nodes visited is the sum over the levels of
    (1 - (1 - 2**-b)**n) * sum of C(b, j) for j up to r, where b is the number of bits above the level.
    """

    digit_bits: Literal[4, 8] = 4
    leaf: int = 32  # codes

    def _build(self, codes: Codes) -> None:
        self.unique = deduplicate(codes)
        self.nodes = _nodes(self.unique.codes, self.digit_bits, self.leaf)

    def _search(self, queries: Codes, k: int, positions: Positions, distances: Distances) -> int:
        return int(_search(queries, self.nodes, self.unique, k, positions, distances))


class _Nodes(NamedTuple):
    """Node i holds the unique codes from start[i] to stop[i], which share a prefix. Nodes are in order of level."""

    start: Any  # (n_nodes,) int32
    stop: Any  # (n_nodes,) int32
    children: Any  # (n_nodes + 1,) int32: those of node i are nodes children[i] to children[i + 1]; a leaf has none
    rest: Any  # (n_nodes,) uint8: number of bits after the prefix


def _nodes(codes: Codes, digit_bits: int, leaf: int) -> _Nodes:
    start, stop, rest = np.zeros(1, np.int32), np.full(1, len(codes), np.int32), _BITS
    levels, n_children = [], []
    while len(start):
        levels.append((start, stop, np.full(len(start), rest, np.uint8)))
        rest -= digit_bits
        parents, start, stop = _divide(codes, rest, start, stop, leaf if rest >= 0 else len(codes))
        n_children.append(parents)
    starts, stops, rests = (np.concatenate(parts) for parts in zip(*levels, strict=True))
    children = 1 + np.r_[0, np.cumsum(np.concatenate(n_children))]
    return _Nodes(starts, stops, children.astype(np.int32), rests)


def _divide(codes: Codes, rest: int, start: Any, stop: Any, leaf: int) -> tuple[Any, Any, Any]:
    """Return the number of children of each node of a level, and the starts and stops of the children."""
    prefixes = codes >> np.uint64(max(rest, 0))
    firsts = np.flatnonzero(np.r_[True, prefixes[1:] != prefixes[:-1]]).astype(np.int32)
    ends = np.r_[firsts[1:], len(codes)].astype(np.int32)
    parent = np.searchsorted(start, firsts, side="right") - 1
    wanted = (parent >= 0) & (firsts < stop[parent]) & (stop[parent] - start[parent] > leaf)
    return np.bincount(parent[wanted], minlength=len(start)), firsts[wanted], ends[wanted]


@kernel
def _search(queries: Any, nodes: Any, codes: Any, k: int, positions: Any, distances: Any) -> int:
    queue, best, n_visited = new_queue(len(nodes.start)), np.empty(k, np.int64), 0
    for row, query in enumerate(queries):
        n_best, reach = 0, 0
        push_root(queue)
        while reach <= radius(best, n_best):
            node = pop(queue, reach)
            if node < 0:
                reach += 1
                continue
            n_visited += 1
            if nodes.children[node] == nodes.children[node + 1]:
                n_best = _compare(query, nodes, node, codes, best, n_best)
            else:
                _descend(query, nodes, node, codes.codes, radius(best, n_best), queue)
        write_sorted(best, n_best, positions[row], distances[row])
    return n_visited


@helper
def _compare(query: Any, nodes: _Nodes, node: int, codes: UniqueCodes, best: Any, n_best: int) -> int:
    for which in range(nodes.start[node], nodes.stop[node]):
        n_best = push_code(best, n_best, codes, which, distance(codes.codes[which], query))
    return n_best


@helper
def _descend(query: Any, nodes: _Nodes, node: int, codes: Any, most: int, queue: BucketQueue) -> None:
    for child in range(nodes.children[node], nodes.children[node + 1]):
        rest = np.uint64(nodes.rest[child])
        bound = distance(codes[nodes.start[child]] >> rest, query >> rest)
        if bound <= most:
            push(queue, bound, child)
