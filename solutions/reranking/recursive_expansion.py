"""Recursive query expansion, in three reconstructions.

The 1st place of the 2018 retrieval challenge gained 14 points by it and did not publish it. Its principle is that if A
shows the same landmark as B, and B as C, then A does as C: "only one image has to be matched to a query and all the
images of the same landmark are then also appended". All three are our reconstructions.
"""

import math

import numpy as np
from scipy.sparse import csr_array

from solutions.kernels.arrays import check_k
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.affinity import GAMMA
from solutions.reranking.neighbour_lists import append_rest, mask_self
from solutions.reranking.sparse_matrices import iterate_rows, to_matrix, top_k_of_rows
from solutions.reranking.traversal import traverse


def bottleneck(results: Neighbours, graph: Neighbours, *, k: int = 100) -> Neighbours:
    """Return the k images with the best paths from each query; the value of a path is its weakest edge (minimax).

    Ties are in the order in which Prim's algorithm reaches the images.

    >>> results = Neighbours(np.array([[0, 3, 1, 2]]), np.array([[0.9, 0.35, 0.3, 0.1]]))
    >>> graph = Neighbours(np.array([[1], [2], [1], [-1]]), np.array([[0.85], [0.8], [0.8], [-np.inf]]))
    >>> bottleneck(results, graph, k=4).positions.tolist()
    [[0, 1, 2, 3]]
    """
    return traverse(results, graph, threshold=math.inf, k=k)


def closure(
    results: Neighbours, graph: Neighbours, *, threshold: float, depth: int | None = None, k: int = 100
) -> Neighbours:
    """Return the results at the threshold or above, their neighbours at the threshold or above, and so on: k images.

    Images are in order of the number of steps to them, then of the similarity of the last step, then of position.
    `depth` limits the steps after the first; None means until no new image is reached. Results below the threshold
    follow.

    >>> graph = Neighbours(np.array([[1], [2], [1], [-1]]), np.array([[0.85], [0.8], [0.8], [-np.inf]]))
    >>> results = Neighbours(np.array([[0, 3, 1, 2]]), np.array([[0.9, 0.35, 0.3, 0.1]]))
    >>> closure(results, graph, threshold=0.75, depth=1, k=4).positions.tolist()
    [[0, 1, 3, 2]]
    """
    check_k(k)
    positions, similarities = np.full((len(results.positions), k), -1), np.full((len(results.positions), k), -np.inf)
    for row in range(len(positions)):
        steps = _closure_of(results.positions[row], results.similarities[row], graph, threshold, depth, k)
        positions[row, : len(steps[0])], similarities[row, : len(steps[0])] = steps
    return append_rest(Neighbours(positions, similarities), results, k)


def _closure_of(
    positions: np.ndarray, similarities: np.ndarray, graph: Neighbours, threshold: float, depth: int | None, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return at most k images reached from one query, and the similarity of the last step to each."""
    images, strengths, count = np.zeros(0, int), np.zeros(0), 0
    while len(images) < k and (depth is None or count <= depth):
        new = (positions >= 0) & (similarities >= threshold) & ~np.isin(positions, images)
        if not new.any():
            break
        order = np.lexsort((positions[new], -similarities[new]))
        positions, similarities = positions[new][order], similarities[new][order]
        first = np.sort(np.unique(positions, return_index=True)[1])
        images, strengths = np.append(images, positions[first]), np.append(strengths, similarities[first])
        reached, count = positions[first], count + 1
        positions, similarities = graph.positions[reached].ravel(), graph.similarities[reached].ravel()
    return images[:k], strengths[:k]


def merge_lists(
    results: Neighbours, graph: Neighbours, *, lists: int = 5, rounds: int = 1, gamma: float = GAMMA, k: int = 100
) -> Neighbours:
    """Return the results of each query merged with the neighbours of the first `lists` of them: k images.

    The score of an image y is s(q, y) plus the sum of s(q, x) s(x, y) over the first `lists` images x, all to the power
    gamma; a further round uses the first images and scores of the round before. To sum over lists is our choice: with
    the maximum, train images gain a quarter as much. A gamma of 1 suits whitened descriptors; if all similarities are
    high, it promotes images that resemble everything.

    >>> results = Neighbours(np.array([[0, 3, 1, 2]]), np.array([[0.9, 0.35, 0.3, 0.1]]))
    >>> graph = Neighbours(np.array([[1], [2], [1], [-1]]), np.array([[0.85], [0.8], [0.8], [-np.inf]]))
    >>> merge_lists(results, graph, lists=1, gamma=1).similarities[0, :4].round(3)  # B: 0.3 + 0.9 * 0.85
    array([1.065, 0.9  , 0.35 , 0.1  ], dtype=float32)
    """
    n_queries, n_index = len(results.positions), len(graph.positions)
    own, edges = to_matrix(results, n_index, gamma), mask_self(graph)
    sums = own
    for _ in range(rounds):
        first = to_matrix(top_k_of_rows(iterate_rows(sums), n_queries, lists), n_index)
        sums = csr_array(own + _neighbour_sums(first, edges, gamma))
    return append_rest(top_k_of_rows(iterate_rows(sums), n_queries, k), results, k)


def _neighbour_sums(first: csr_array, graph: Neighbours, gamma: float) -> csr_array:
    """Return the neighbours of the images in each row, weighted and summed; uses only the needed rows of the graph."""
    needed = np.unique(first.indices)
    edges = Neighbours(graph.positions[needed], graph.similarities[needed])
    return csr_array(first[:, needed] @ to_matrix(edges, len(graph.positions), gamma))
