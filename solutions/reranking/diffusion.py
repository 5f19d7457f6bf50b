"""Online diffusion: similarity spreads from the results of a query along the graph; solved for each query.

Source: Iscen et al., Efficient diffusion on region manifolds, CVPR 2017: (I - alpha S) f = y by conjugate gradients,
where y holds the similarities of the nearest index images, and index images are ranked by f.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from harness import helper, kernel
from solutions.kernels.arrays import as_kernel_array, check_k
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.affinity import GAMMA
from solutions.reranking.conjugate_gradients import solve
from solutions.reranking.neighbour_lists import append_rest, check_alpha
from solutions.reranking.sparse_matrices import to_matrix, top_k_of_rows

N_START, STEPS, TOLERANCE = 10, 20, 1e-6
ALPHA = 0.7  # with the paper's 0.99, folds of train images are ranked worse than without diffusion
_BATCH = 8  # queries: their float64 of one row fill a cache line


def diffuse(
    results: Neighbours,
    normalised: csr_array,
    *,
    n_start: int = N_START,
    gamma: float = GAMMA,
    alpha: float = ALPHA,
    steps: int = STEPS,
    tolerance: float = TOLERANCE,
    k: int = 100,
) -> Neighbours:
    """Return the k index images with the largest f, diffused from the first `n_start` results: `(n_queries, k)`.

    `normalised` is `normalised_affinity` of the graph, with the same gamma. Conjugate gradients take at most `steps`
    and end when the residual falls below `tolerance` of y. Memory is about 350 bytes an index image.
    """
    check_k(min(k, n_start))
    check_alpha(alpha)
    start = to_matrix(results, normalised.shape[0], gamma, n_start)
    spread = _spread(normalised, start, alpha, (steps, tolerance))
    return append_rest(top_k_of_rows(spread, len(results.positions), k), results, k)


def csr_parts(matrix: csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the row starts, columns and values of a sparse matrix, for kernels."""
    return (
        as_kernel_array(matrix.indptr, np.int64),
        as_kernel_array(matrix.indices, np.int32),
        as_kernel_array(matrix.data, np.float64),
    )


def _spread(
    normalised: csr_array, start: csr_array, alpha: float, limit: tuple[int, float]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the images reached from each row of `start`, ascending, and f there."""
    matrix = csr_parts(normalised)
    for first in range(0, start.shape[0], _BATCH):
        some = start[first : first + _BATCH]
        reached, f = _diffuse(matrix, csr_parts(some), normalised.shape[0], alpha, limit)
        for query in range(some.shape[0]):
            yield reached, f[:, query]


@kernel
def _diffuse(matrix: Any, start: Any, n: int, alpha: float, limit: Any) -> Any:
    """Return the rows reached from any query, ascending, and f `(rows, queries)` there."""
    starts, columns, values = start
    n_queries = len(starts) - 1
    f, y = np.zeros((n, n_queries)), np.zeros((n, n_queries))
    for query in range(n_queries):
        for entry in range(starts[query], starts[query + 1]):
            y[columns[entry], query] = values[entry]
    rows = _reached(matrix, columns, n)
    solve(matrix, rows, f, y, np.zeros((n, n_queries)), np.empty((n, n_queries)), alpha, limit)
    return rows, f[rows]


@helper
def _reached(matrix: Any, seeds: Any, n: int) -> Any:
    """Return the rows of all components of the graph that contain a seed, ascending."""
    starts, columns, _ = matrix
    seen, stack = np.zeros(n, np.bool_), np.empty(n, np.int32)
    height = 0
    for seed in seeds:
        if not seen[seed]:
            seen[seed], stack[height] = True, seed
            height += 1
    while height:
        height -= 1
        row = stack[height]
        for other in columns[starts[row] : starts[row + 1]]:
            if not seen[other]:
                seen[other], stack[height] = True, other
                height += 1
    return np.flatnonzero(seen)
