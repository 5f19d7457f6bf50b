"""Explore-exploit graph traversal: images in the order of the strongest edges from the visited ones.

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
    """Return the k images that a traversal from each query visits, in order.

    All neighbours of the visited images are queued by their strongest edge from these (explore). Queued images above
    the threshold are visited, strongest first, or else only the strongest (exploit). Both steps repeat. Edges lead from
    an image to the entries of its list in the graph; ties are broken by position. The similarity is that of the weakest
    edge so far. With a threshold of infinity images come by the weakest edge of their best path (VRG Prague, 2019);
    one of -1 visits all results before their neighbours.
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
        queue = [(0.0, -1)]
        heappop(queue)
        _explore(positions[row], similarities[row], seen, queue)
        n_visited, n_explored = 0, 0
        while queue and n_visited < visits.shape[1]:
            n_visited = _exploit(queue, threshold, seen, visits[row], strengths[row], n_visited)
            for image in visits[row, n_explored:n_visited]:
                _explore(graph[image], edges[image], seen, queue)
            n_explored = n_visited
        for image in visits[row, :n_visited]:
            seen[image] = False


@helper
def _explore(neighbours: Any, edges: Any, seen: Any, queue: Any) -> None:
    for place in range(len(neighbours)):
        if neighbours[place] >= 0 and not seen[neighbours[place]]:
            heappush(queue, (-np.float64(edges[place]), np.int64(neighbours[place])))


@helper
def _exploit(queue: Any, threshold: float, seen: Any, visits: Any, strengths: Any, n_visited: int) -> int:
    """Visit the strongest image and all above the threshold; return the number of visited images."""
    before = n_visited
    while queue and n_visited < len(visits) and (n_visited == before or -queue[0][0] > threshold):
        weakness, image = heappop(queue)
        if not seen[image]:
            seen[image], visits[n_visited], strengths[n_visited] = True, image, -weakness
            n_visited += 1
    return n_visited
