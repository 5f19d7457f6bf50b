"""Diffusion solved beforehand: a column for each index image, truncated to its surroundings; a query adds some up.

Source: Yang et al., Efficient image retrieval via decoupling diffusion into online and offline processing, AAAI 2019.
The surroundings of an image are a list of its nearest; the image itself always belongs to them, duplicates or not.
"""

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from solutions.kernels.jit import helper, kernel
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.affinity import GAMMA
from solutions.reranking.conjugate_gradients import solve
from solutions.reranking.diffusion import ALPHA, SEEDS, STEPS, TOLERANCE, parts
from solutions.reranking.neighbour_lists import check_alpha, check_k, check_places, followed_by, lent
from solutions.reranking.sparse_matrices import best_of_each, matrix_of, rows_of


def diffusion_columns(
    normalised: csr_array,
    surroundings: np.ndarray,
    images: np.ndarray | None = None,
    *,
    alpha: float = ALPHA,
    steps: int = STEPS,
    tolerance: float = TOLERANCE,
) -> csr_array:
    """Return what reaches others from each of the `images` `(m,)`: `(m, n_index)` float32, sparse.

    `surroundings` `(m, t)` are the positions to which each solution of (I - alpha S) f = e is confined, -1 for none;
    without `images` they are those of the whole index. Slices of it can be solved apart and stacked.
    """
    check_alpha(alpha)
    check_places(surroundings, normalised.shape[0])
    n = normalised.shape[0]
    centres = np.arange(n) if images is None else images
    room = surroundings.shape[1] + 1
    columns, values = np.empty(len(centres) * room, np.int32), np.empty(len(centres) * room, np.float32)
    starts = np.zeros(len(centres) + 1, np.int64)
    near = np.sort(np.column_stack([centres, surroundings]), axis=1)
    around = (lent(centres, np.int64), lent(near, np.int32))
    _columns(parts(normalised), n, around, alpha, (steps, tolerance), (starts, columns, values))
    return csr_array((values[: starts[-1]], columns[: starts[-1]], starts), shape=(len(centres), n))


def combined(
    found: Neighbours, columns: csr_array, *, seeds: int = SEEDS, gamma: float = GAMMA, k: int = 100
) -> Neighbours:
    """Return the k index images that most reaches from the first `seeds` of each list: `(n_queries, k)`.

    `columns` are those of the whole index; each weighs as much as the seed's similarity to the power gamma.
    """
    check_k(seeds)
    start = matrix_of(found, columns.shape[1], gamma, seeds)
    needed = np.unique(start.indices)
    sums = csr_array(start[:, needed] @ columns[needed].astype(np.float64))
    return followed_by(best_of_each(rows_of(sums), len(found.positions), k), found, k)


@kernel
def _columns(matrix: Any, n: int, around: Any, alpha: float, limit: Any, found: Any) -> None:
    (images, near), (starts, columns, values) = around, found
    f, residual, direction, image = np.zeros((n, 1)), np.zeros((n, 1)), np.zeros((n, 1)), np.zeros((n, 1))
    for number in range(len(images)):
        centre = images[number]
        rows = _once(near[number])
        residual[centre, 0] = 1.0
        solve(matrix, rows, f, residual, direction, image, alpha, limit)
        end = starts[number]
        for row in rows:
            if f[row, 0] > 0:
                columns[end], values[end] = row, f[row, 0]
                end += 1
            f[row, 0], residual[row, 0], direction[row, 0] = 0.0, 0.0, 0.0
        starts[number + 1] = end


@helper
def _once(ascending: Any) -> Any:
    """Return the positions in a list that are images, each once."""
    rows, count = np.empty(len(ascending), np.int32), 0
    for each in ascending:
        if each >= 0 and (count == 0 or rows[count - 1] != each):
            rows[count] = each
            count += 1
    return rows[:count]
