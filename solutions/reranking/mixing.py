"""Descriptors mixed with those of their neighbours: what augmentation and expansion both come to."""

from typing import Any

import numpy as np

from solutions.kernels.jit import kernel
from solutions.neighbours.neighbours import Neighbours, check_rows
from solutions.reranking.neighbour_lists import check_places, lent


def mixed(rows: np.ndarray, source: np.ndarray, found: Neighbours, weights: np.ndarray) -> np.ndarray:
    """Return each row `(n, d)` plus its weighted neighbours in `source` `(m, d)`, at unit length: `(n, d)` float32.

    `found` holds the k neighbours of each row, `weights` `(k,)` or `(n, k)` are theirs; the row itself weighs 1.
    Sums are taken in doubles, neighbour by neighbour. A row of NaN stays, one of zeros without neighbours as well.
    """
    check_rows(rows, source)
    check_places(found.positions, len(source))
    result = np.empty(rows.shape, np.float32)
    spread = np.broadcast_to(weights, found.positions.shape)
    _mix(
        lent(rows, np.float32),
        lent(source, np.float32),
        lent(found.positions, np.int32),
        lent(spread, np.float64),
        result,
    )
    return result


def powers(similarities: np.ndarray, alpha: float) -> np.ndarray:
    """Return similarities to the power alpha, as weights; negative ones count as 0, so that 0 to the power 0 is 1.

    >>> powers(np.array([0.5, -0.5, -np.inf]), 2).tolist()
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
