"""Landmarks in groups of equal size whose descriptors lie together: the first level of a hierarchical softmax."""

from math import ceil, sqrt

import numpy as np


def slots(means: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the slot of each landmark `(k,)` and how many slots a group has, about the root of their number.

    `means` `(k, d)` are the mean descriptors of the landmarks. Group `slot // size` holds those that lie together: the
    landmarks are halved along the direction in which they differ most, and the halves again.

    >>> places, size = slots(np.array([[0.0], [9.0], [0.1], [8.9]]))
    >>> (places // size).tolist(), size
    ([1, 0, 1, 0], 2)
    """
    size = ceil(sqrt(len(means)))
    order = _together(means, np.arange(len(means)), size)
    found = np.empty(len(means), int)
    found[order] = np.arange(len(means))
    return found, size


def _together(means: np.ndarray, places: np.ndarray, size: int) -> np.ndarray:
    """Return the places in an order in which those of a group follow each other."""
    if len(places) <= size:
        return places
    apart = means[places] - means[places].mean(axis=0)
    order = places[np.argsort(apart @ _direction(apart), kind="stable")]
    half = ceil(len(places) / size) // 2 * size
    return np.concatenate([_together(means, part, size) for part in (order[:half], order[half:])])


def _direction(apart: np.ndarray) -> np.ndarray:
    """Return the direction `(d,)` in which rows differ most, found by repeated multiplication from the longest row."""
    direction = apart[np.linalg.norm(apart, axis=1).argmax()]
    for _ in range(20):
        direction = apart.T @ (apart @ direction)
        direction = direction / max(float(np.linalg.norm(direction)), 1e-30)
    return np.asarray(direction)
