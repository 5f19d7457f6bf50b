"""Non-maximum suppression of squares."""

import numpy as np


def non_maximum_suppression(squares: np.ndarray, overlap: float, most: int) -> np.ndarray:
    """Return the indices, ascending, of at most `most` squares, none overlapping an earlier one by more than `overlap`.

    `squares` `(n, 3)` are x and y of the centre, and side. Overlap is intersection over union, in [0, 1]; 1 keeps all.

    >>> non_maximum_suppression(np.array([[0, 0, 4], [1, 0, 4], [9, 0, 4.0]]), 0.5, 10).tolist()
    [0, 2]
    """
    if overlap >= 1:
        return np.arange(min(most, len(squares)))
    selected: list[int] = []
    left = np.arange(len(squares))
    while len(left) and len(selected) < most:
        first, left = left[0], left[1:]
        selected.append(int(first))
        left = left[intersection_over_union(squares[first], squares[left]) <= overlap]
    return np.array(selected, int)


def intersection_over_union(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return intersection over union of a square `(3,)` with others `(n, 3)`."""
    apart = np.abs(others[:, :2] - one[:2])
    shared = np.minimum((one[2] + others[:, 2, None]) / 2 - apart, np.minimum(one[2], others[:, 2, None]))
    shared = np.maximum(shared, 0).prod(axis=1)
    return np.asarray(shared / (one[2] ** 2 + others[:, 2] ** 2 - shared))
