"""A bucket queue of tree nodes by the lower bound of their distance: one linked list for each bound from 0 to 64.

A node is queued at most once, so all lists share one array of links.
"""

from typing import Any, NamedTuple

import numpy as np

from harness import helper


class BucketQueue(NamedTuple):
    """The lists of queued nodes: the last node of each, and the link from each node to the one before it."""

    heads: Any  # (65,) int64, -1 for an empty list
    before: Any  # (n_nodes,) int32


@helper
def new_queue(n_nodes: int) -> BucketQueue:
    """Return a queue for a tree of `n_nodes`."""
    return BucketQueue(np.full(65, -1, np.int64), np.empty(n_nodes, np.int32))


@helper
def push_root(queue: BucketQueue) -> None:
    """Empty the queue and push the root, node 0, with bound 0."""
    queue.heads[:] = -1
    push(queue, 0, 0)


@helper
def push(queue: BucketQueue, bound: int, node: int) -> None:
    """Push a node; `bound` is a lower bound of the distances in its subtree."""
    queue.before[node] = queue.heads[bound]
    queue.heads[bound] = node


@helper
def pop(queue: BucketQueue, bound: int) -> int:
    """Pop a node with this bound, or return -1 if there is none."""
    node: int = queue.heads[bound]
    if node >= 0:
        queue.heads[bound] = queue.before[node]
    return node
