"""Rotated and mirrored images, and the nearest neighbours of a query in any of its rotations."""

from typing import Literal

import numpy as np

Rotations = Literal[1, 2, 4]  # by 360, 180 or 90 degrees


def rotate_and_flip(image: np.ndarray, rotations: int = 4, *, flips: bool = False) -> list[np.ndarray]:
    """Return an image (height, width) rotated anticlockwise by multiples of 360 / rotations degrees, 0 first.

    `flips` adds the horizontally mirrored image in the same rotations.

    >>> [each.tolist() for each in rotate_and_flip(np.array([[1, 2]]), 2, flips=True)]
    [[[1, 2]], [[2, 1]], [[2, 1]], [[1, 2]]]
    """
    sides = [image, image[:, ::-1]] if flips else [image]
    quarters = range(0, 4, 4 // rotations)
    return [np.ascontiguousarray(np.rot90(side, quarter)) for side in sides for quarter in quarters]


def merge_rotations(values: np.ndarray, positions: np.ndarray, n_turns: int) -> tuple[np.ndarray, np.ndarray]:
    """Return distances and positions of the k images nearest to a query in any of its rotations: (n_query, k).

    `values` and `positions`, (n_query * n_turns, k), are those of each rotation, nearest first, ties by position; -1
    means none. An image counts once, at its least distance. The result has the same order and is exact: the k nearest
    of all rotations are among the k nearest of each.

    >>> values, positions = merge_rotations(np.array([[1, 4], [0, 1]]), np.array([[7, 3], [3, 5]]), n_turns=2)
    >>> values.tolist(), positions.tolist()
    ([[0, 1]], [[3, 5]])
    """
    if n_turns == 1:
        return values, positions
    k = positions.shape[1]
    values, positions = values.reshape(-1, n_turns * k), positions.reshape(-1, n_turns * k)
    values, positions = _sort_rows((values, positions), values, positions)
    positions[:, 1:][positions[:, 1:] == positions[:, :-1]] = -1  # the same image at a larger distance
    values, positions = _sort_rows((positions, values, positions < 0), values, positions)
    return values[:, :k], positions[:, :k]


def _sort_rows(keys: tuple[np.ndarray, ...], *arrays: np.ndarray) -> list[np.ndarray]:
    """Return the arrays with each row sorted by the keys, of which the last is the primary one."""
    order = np.lexsort(keys)
    return [np.take_along_axis(array, order, axis=1) for array in arrays]
