"""Nodes that wait to be visited, the most promising first: a list of them for each distance that they may be near.

A node waits once at most, so the lists are linked through one array and need no further memory.
"""

from typing import Any, NamedTuple

import numpy as np

from solutions.kernels.jit import helper


class Frontier(NamedTuple):
    """The waiting nodes: the last that came for each distance, and for each node the one that came before it."""

    heads: Any  # (65,) int64, -1 where none waits
    before: Any  # (n_nodes,) int32


@helper
def frontier(n_nodes: int) -> Frontier:
    """Room for the nodes of a tree; none waits."""
    return Frontier(np.full(65, -1, np.int64), np.empty(n_nodes, np.int32))


@helper
def begin(waiting: Frontier) -> None:
    """Let the root alone, node 0, wait."""
    waiting.heads[:] = -1
    push(waiting, 0, 0)


@helper
def push(waiting: Frontier, bound: int, node: int) -> None:
    """Let a node wait below which nothing is nearer than `bound`."""
    waiting.before[node] = waiting.heads[bound]
    waiting.heads[bound] = node


@helper
def pop(waiting: Frontier, bound: int) -> int:
    """A node that waits with this bound, or -1."""
    node: int = waiting.heads[bound]
    if node >= 0:
        waiting.heads[bound] = waiting.before[node]
    return node
