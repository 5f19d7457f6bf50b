"""The neighbour graph as a symmetric matrix of affinities between mutual neighbours.

Source: Iscen et al., Efficient diffusion on region manifolds, CVPR 2017.
"""

import numpy as np
from scipy.sparse import csr_array, diags_array

from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.neighbour_lists import mask_self
from solutions.reranking.sparse_matrices import to_matrix

GAMMA = 3.0  # affinity = similarity to this power


def affinity(graph: Neighbours, *, gamma: float = GAMMA) -> csr_array:
    """Return similarities to the power gamma of mutual neighbours `(n_index, n_index)`, zeros on the diagonal.

    Edges in one direction only are dropped; if the two directions differ, as approximate ones may, the smaller counts.

    >>> graph = Neighbours(np.array([[0, 1], [0, 2], [1, 0]]), np.array([[1, 0.5], [0.5, 0.1], [0.1, 0]]))
    >>> affinity(graph, gamma=1).toarray().tolist()
    [[0.0, 0.5, 0.0], [0.5, 0.0, 0.1], [0.0, 0.1, 0.0]]
    """
    n = len(graph.positions)
    edges = to_matrix(mask_self(graph), n, gamma)
    mutual = csr_array(edges.minimum(edges.T.tocsr()))
    mutual.eliminate_zeros()
    mutual.sort_indices()
    return mutual


def normalised_affinity(graph: Neighbours, *, gamma: float = GAMMA) -> csr_array:
    """Return the symmetrically normalised affinities `(n_index, n_index)`: S = D^-1/2 A D^-1/2, D the row sums.

    The row of an image without mutual neighbours is empty.
    """
    mutual = affinity(graph, gamma=gamma)
    sums = mutual.sum(axis=1)
    roots = diags_array(1 / np.sqrt(np.where(sums > 0, sums, 1)))
    normalised = csr_array(roots @ mutual @ roots)
    normalised.sort_indices()
    return normalised
