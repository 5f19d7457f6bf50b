"""k-reciprocal re-ranking: the Jaccard distance of the neighbourhoods of mutual nearest neighbours.

Source: Zhong et al., Re-ranking person re-identification with k-reciprocal encoding, CVPR 2017. There all images are in
one graph; here each query is added to the graph of the index by itself. Two choices are ours, as they need only
neighbour lists. The distance is 1 - similarity, which for unit vectors is the paper's if the farthest image is
orthogonal. If neither of two images lists the other, their similarity is that of the last entry of these lists.
"""

from typing import Any

import numpy as np

from harness import HarnessError, helper, kernel
from solutions.kernels.arrays import check_k
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.k_reciprocal_kernels import GraphWithQuery, add_mean_code, clear_codes, new_codes
from solutions.reranking.neighbour_lists import append_rest, as_kernel_lists, mask_self


def k_reciprocal(
    results: Neighbours,
    graph: Neighbours,
    *,
    near: int = 10,
    mean_of: int = 3,
    share: float = 0.3,
    top: int = 100,
    k: int = 100,
) -> Neighbours:
    """Return the first `top` results by (1 - share) times the Jaccard distance plus share times their own distance.

    The neighbourhood of an image consists of its mutual neighbours among the `near` nearest, and the mutual neighbours
    of these if two thirds of them belong to it. The neighbourhoods of its `mean_of` nearest, itself included, are
    averaged. Lists of the graph should be longer than `near`. Returned similarities are 1 - distance.

    The paper has `near` 20, `mean_of` 6 and `share` 0.3; folds of train images are ranked better with 10 and 3.
    """
    check_k(min(near, mean_of, top, k))
    if graph.positions.shape[1] < near and len(graph.positions) > near:
        raise HarnessError(
            f"a graph of {graph.positions.shape[1]} neighbours is too small for near={near}; build it with more"
        )
    positions, similarities = results.positions[:, :top], results.similarities[:, :top].astype(np.float64)
    distances, n_index = np.zeros(positions.shape), len(graph.positions)
    _distances(
        as_kernel_lists(mask_self(graph), n_index),
        as_kernel_lists(results, n_index),
        (near, round(near / 2), mean_of),
        distances,
    )
    values = 1 - (1 - share) * distances - share * (1 - similarities)
    values = np.where(positions < 0, -np.inf, values).astype(np.float32)
    order = np.lexsort((positions, -values), axis=1)
    first = Neighbours(np.take_along_axis(positions, order, axis=1), np.take_along_axis(values, order, axis=1))
    return append_rest(first, results, k)


@kernel
def _distances(graph: Any, results: Any, sizes: Any, distances: Any) -> None:
    """Fill `distances` `(n_queries, top)` with Jaccard distances between the codes of the query and of its results."""
    n = len(graph[0])
    to_query, of_query, of_image = np.full(n, -np.inf, np.float32), np.zeros(n + 1), np.zeros(n + 1)
    codes = new_codes(n, (distances.shape[1] + 1) * sizes[2], sizes[0], sizes[1])
    for row in range(len(distances)):
        lists = GraphWithQuery(graph[0], graph[1], results[0][row], results[1][row], to_query)
        for place in range(len(lists.own)):
            if lists.own[place] >= 0:
                to_query[lists.own[place]] = lists.own_edges[place]
        members = add_mean_code(n, lists, sizes, codes, of_query)
        for place in range(distances.shape[1]):
            if lists.own[place] >= 0:
                distances[row, place] = _jaccard(lists.own[place], lists, sizes, codes, of_query, of_image)
        of_query[members] = 0.0
        to_query[:] = -np.inf
        clear_codes(codes)


@helper
def _jaccard(image: int, lists: Any, sizes: Any, codes: Any, of_query: Any, of_image: Any) -> float:
    members = add_mean_code(image, lists, sizes, codes, of_image)
    shared = 0.0
    for member in members:
        shared += min(of_query[member], of_image[member])
    of_image[members] = 0.0
    return 1 - shared / (2 - shared)
