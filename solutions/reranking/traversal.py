"""From image to image along the graph, the strongest edge first.

Source: Chang et al., Explore-exploit graph traversal for image retrieval, CVPR 2019.
"""

from heapq import heappop, heappush
from typing import Any

import numpy as np

from harness import helper, kernel
from solutions.kernels.arrays import check_k
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.neighbour_lists import as_kernel_lists, fit_to_length


def traverse(results: Neighbours, graph: Neighbours, *, threshold: float = 0.42, k: int = 100) -> Neighbours:
    """Return the k images that a traversal from each query visits, in its order.

    All neighbours of the images visited so far wait at their strongest edge to these (explore); all that wait above the
    threshold are visited, the strongest first, or else the strongest alone (exploit); and so on. Edges lead from an
    image to what its own list in the graph holds; equal edges by place. The similarity is that of the weakest edge
    so far. A threshold of infinity is `bottleneck`, one of -1 visits what was found before its neighbours.
    """
    check_k(k)
    positions = np.full((len(results.positions), k), -1, np.int32)
    similarities = np.full(positions.shape, -np.inf, np.float32)
    n_index = len(graph.positions)
    _traverse(as_kernel_lists(results, n_index), as_kernel_lists(graph, n_index), threshold, positions, similarities)
    return fit_to_length(positions, similarities, k)


@kernel
def _traverse(results: Any, lists: Any, threshold: float, visits: Any, strengths: Any) -> None:
    (positions, similarities), (graph, edges) = results, lists
    seen = np.zeros(len(graph), np.bool_)
    for row in range(len(positions)):
        waiting = [(0.0, -1)]
        heappop(waiting)
        _explore(positions[row], similarities[row], seen, waiting)
        n_visited, n_explored = 0, 0
        while waiting and n_visited < visits.shape[1]:
            n_visited = _exploit(waiting, threshold, seen, visits[row], strengths[row], n_visited)
            for image in visits[row, n_explored:n_visited]:
                _explore(graph[image], edges[image], seen, waiting)
            n_explored = n_visited
        for image in visits[row, :n_visited]:
            seen[image] = False


@helper
def _explore(neighbours: Any, edges: Any, seen: Any, waiting: Any) -> None:
    for place in range(len(neighbours)):
        if neighbours[place] >= 0 and not seen[neighbours[place]]:
            heappush(waiting, (-np.float64(edges[place]), np.int64(neighbours[place])))


@helper
def _exploit(waiting: Any, threshold: float, seen: Any, visits: Any, strengths: Any, n_visited: int) -> int:
    """Visit the strongest, and what else is above the threshold; return how many have been visited."""
    before = n_visited
    while waiting and n_visited < len(visits) and (n_visited == before or -waiting[0][0] > threshold):
        weakness, image = heappop(waiting)
        if not seen[image]:
            seen[image], visits[n_visited], strengths[n_visited] = True, image, -weakness
            n_visited += 1
    return n_visited
