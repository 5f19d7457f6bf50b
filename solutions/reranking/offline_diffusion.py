"""Offline diffusion: one precomputed sparse column for each index image; a query adds up some of these.

Source: Yang et al., Efficient image retrieval via decoupling diffusion into online and offline processing, AAAI 2019.
A column is truncated to the nearest images of its image, which always include the image itself.
"""

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from harness import helper, kernel
from solutions.kernels.arrays import as_kernel_array, check_k
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.affinity import GAMMA
from solutions.reranking.conjugate_gradients import solve
from solutions.reranking.diffusion import ALPHA, N_START, STEPS, TOLERANCE, csr_parts
from solutions.reranking.neighbour_lists import append_rest, check_alpha, check_positions
from solutions.reranking.sparse_matrices import iterate_rows, to_matrix, top_k_of_rows


def diffusion_columns(
    normalised: csr_array,
    neighbourhoods: np.ndarray,
    images: np.ndarray | None = None,
    *,
    alpha: float = ALPHA,
    steps: int = STEPS,
    tolerance: float = TOLERANCE,
) -> csr_array:
    """Return the diffusion from each of the `images` `(m,)` to the others: `(m, n_index)` float32, sparse.

    `neighbourhoods` `(m, t)` are the positions to which each solution of (I - alpha S) f = e is truncated, -1 for none.
    `images` None means the whole index. Slices of the index can be solved separately and stacked.
    """
    check_alpha(alpha)
    check_positions(neighbourhoods, normalised.shape[0])
    n = normalised.shape[0]
    centres = np.arange(n) if images is None else images
    row_capacity = neighbourhoods.shape[1] + 1
    columns, values = np.empty(len(centres) * row_capacity, np.int32), np.empty(len(centres) * row_capacity, np.float32)
    starts = np.zeros(len(centres) + 1, np.int64)
    near = np.sort(np.column_stack([centres, neighbourhoods]), axis=1)
    truncated = (as_kernel_array(centres, np.int64), as_kernel_array(near, np.int32))
    _columns(csr_parts(normalised), n, truncated, alpha, (steps, tolerance), (starts, columns, values))
    return csr_array((values[: starts[-1]], columns[: starts[-1]], starts), shape=(len(centres), n))


def diffuse_offline(
    results: Neighbours, columns: csr_array, *, n_start: int = N_START, gamma: float = GAMMA, k: int = 100
) -> Neighbours:
    """Return the k index images with the largest f, diffused from the first `n_start` results: `(n_queries, k)`.

    `columns` are those of the whole index; each is weighted by the similarity of its start image to the power gamma.
    """
    check_k(n_start)
    start = to_matrix(results, columns.shape[1], gamma, n_start)
    needed = np.unique(start.indices)
    sums = csr_array(start[:, needed] @ columns[needed].astype(np.float64))
    return append_rest(top_k_of_rows(iterate_rows(sums), len(results.positions), k), results, k)


@kernel
def _columns(matrix: Any, n: int, truncated: Any, alpha: float, limit: Any, results: Any) -> None:
    (images, near), (starts, columns, values) = truncated, results
    f, residual, direction, product = np.zeros((n, 1)), np.zeros((n, 1)), np.zeros((n, 1)), np.zeros((n, 1))
    for number in range(len(images)):
        centre = images[number]
        rows = _unique(near[number])
        residual[centre, 0] = 1.0
        solve(matrix, rows, f, residual, direction, product, alpha, limit)
        end = starts[number]
        for row in rows:
            if f[row, 0] > 0:
                columns[end], values[end] = row, f[row, 0]
                end += 1
            f[row, 0], residual[row, 0], direction[row, 0] = 0.0, 0.0, 0.0
        starts[number + 1] = end


@helper
def _unique(ascending: Any) -> Any:
    """Return the unique positions of an ascending list without -1."""
    rows, count = np.empty(len(ascending), np.int32), 0
    for each in ascending:
        if each >= 0 and (count == 0 or rows[count - 1] != each):
            rows[count] = each
            count += 1
    return rows[:count]
