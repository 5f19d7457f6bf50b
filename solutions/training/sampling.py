"""Which train images are learnt from, and what each of them weighs."""

import numpy as np

from solutions.kernels.keyed_random import draws

PER_LANDMARK = 50


def stratified(ids: np.ndarray, labels: np.ndarray, per_landmark: int, seed: int) -> np.ndarray:
    """Return the places of `per_landmark` images of each landmark, all where it has fewer, in the order of their ids.

    They are drawn without replacement, decided by ids and seed in whatever order the images `(n,)` stand.

    Source: K. E. Odoh, "Landmark Retrieval & Recognition", 2018, with 50 images a landmark.

    >>> ids, labels = np.array(list("fedcba")), np.array([7, 7, 7, 7, 8, 8])
    >>> places = stratified(ids, labels, 2, seed=0)
    >>> ids[places].tolist(), labels[places].tolist()
    (['a', 'b', 'c', 'f'], [8, 8, 7, 7])
    """
    order = np.lexsort((draws(seed, "sampled", ids), labels))
    starts = np.searchsorted(labels[order], labels[order])
    taken = order[np.arange(len(order)) - starts < per_landmark]
    return np.asarray(taken[np.argsort(ids[taken], kind="stable")])


def shares(classes: np.ndarray, balance: float) -> np.ndarray:
    """Return what each image weighs `(n,)`, one in all; `classes` `(n,)` count from 0.

    A landmark weighs as its number of images to the power 1 - `balance`: 0 counts images, 1 landmarks.

    >>> shares(np.array([0, 0, 0, 1]), 1.0).round(3).tolist()
    [0.167, 0.167, 0.167, 0.5]
    """
    weights = np.bincount(classes)[classes] ** -float(balance)
    return np.asarray(weights / weights.sum())
