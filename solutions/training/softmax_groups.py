"""Groups of landmarks with similar descriptors, of equal size: the first level of a hierarchical softmax."""

from math import ceil, sqrt

import numpy as np


def assign_slots(means: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the slot of each landmark `(k,)` and the number of slots in a group, about the square root of k.

    `means` `(k, d)` are the mean descriptors of the landmarks; `slot // size` is the group. Groups are found by
    recursively halving the landmarks along their first principal direction.

    >>> slots, size = assign_slots(np.array([[0.0], [9.0], [0.1], [8.9]]))
    >>> (slots // size).tolist(), size
    ([1, 0, 1, 0], 2)
    """
    size = ceil(sqrt(len(means)))
    order = _group_order(means, np.arange(len(means)), size)
    slots = np.empty(len(means), int)
    slots[order] = np.arange(len(means))
    return slots, size


def _group_order(means: np.ndarray, classes: np.ndarray, size: int) -> np.ndarray:
    """Return the classes in an order in which groups are contiguous."""
    if len(classes) <= size:
        return classes
    centred = means[classes] - means[classes].mean(axis=0)
    order = classes[np.argsort(centred @ _principal_direction(centred), kind="stable")]
    half = ceil(len(classes) / size) // 2 * size
    return np.concatenate([_group_order(means, part, size) for part in (order[:half], order[half:])])


def _principal_direction(centred: np.ndarray) -> np.ndarray:
    """Return the first principal direction `(d,)` of centred rows, by power iteration from the longest row."""
    direction = centred[np.linalg.norm(centred, axis=1).argmax()]
    for _ in range(20):
        direction = centred.T @ (centred @ direction)
        direction = direction / max(float(np.linalg.norm(direction)), 1e-30)
    return np.asarray(direction)
