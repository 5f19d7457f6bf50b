"""Weighted sums of descriptors and their neighbours, for augmentation and query expansion."""

from typing import Any

import numpy as np

from harness import kernel
from solutions.kernels.arrays import as_kernel_array
from solutions.neighbours.neighbours import Neighbours, check_descriptors
from solutions.reranking.neighbour_lists import check_positions


def mix(rows: np.ndarray, source: np.ndarray, results: Neighbours, weights: np.ndarray) -> np.ndarray:
    """Return each row `(n, d)` plus its weighted neighbours in `source` `(m, d)`, at unit length: `(n, d)` float32.

    `results` holds the k neighbours of each row, `weights` `(k,)` or `(n, k)` theirs; the row itself has weight 1.
    Sums are float64, in the order of the neighbours. A row of NaN stays, and so does one of zeros without neighbours.
    """
    check_descriptors(rows, source)
    check_positions(results.positions, len(source))
    result = np.empty(rows.shape, np.float32)
    spread = np.broadcast_to(weights, results.positions.shape)
    _mix(
        as_kernel_array(rows, np.float32),
        as_kernel_array(source, np.float32),
        as_kernel_array(results.positions, np.int32),
        as_kernel_array(spread, np.float64),
        result,
    )
    return result


def power_weights(similarities: np.ndarray, alpha: float) -> np.ndarray:
    """Return similarities to the power alpha, as weights; negative ones count as 0, and 0 to the power 0 is 1.

    >>> power_weights(np.array([0.5, -0.5, -np.inf]), 2).tolist()
    [0.25, 0.0, 0.0]
    """
    return np.maximum(np.asarray(similarities, np.float64), 0) ** alpha


@kernel
def _mix(rows: Any, source: Any, positions: Any, weights: Any, result: Any) -> None:
    total = np.empty(rows.shape[1])
    for row in range(len(rows)):
        total[:] = rows[row]
        for place in range(positions.shape[1]):
            position, weight = positions[row, place], weights[row, place]
            if position >= 0:
                for column in range(len(total)):
                    total[column] += weight * source[position, column]
        squares = 0.0
        for value in total:
            squares += value * value
        length = np.sqrt(squares) if squares != 0 else 1.0
        for column in range(len(total)):
            result[row, column] = total[column] / length
