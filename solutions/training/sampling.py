"""Stratified sampling of train images, and their weights in a loss."""

import numpy as np

from solutions.kernels.keyed_random import draw_all

PER_LANDMARK = 50


def stratified_sample(ids: np.ndarray, labels: np.ndarray, per_landmark: int, seed: int) -> np.ndarray:
    """Return the positions of at most `per_landmark` random images of each landmark, ordered by id.

    The sample depends on ids `(n,)`, labels `(n,)` and seed only; the order of the images does not matter.

    Source: K. E. Odoh, "Landmark Retrieval & Recognition", 2018, with 50 images a landmark.

    >>> ids, labels = np.array(list("fedcba")), np.array([7, 7, 7, 7, 8, 8])
    >>> sample = stratified_sample(ids, labels, 2, seed=0)
    >>> ids[sample].tolist(), labels[sample].tolist()
    (['a', 'b', 'c', 'f'], [8, 8, 7, 7])
    """
    order = np.lexsort((draw_all(seed, "sampled", ids), labels))
    starts = np.searchsorted(labels[order], labels[order])
    sample = order[np.arange(len(order)) - starts < per_landmark]
    return np.asarray(sample[np.argsort(ids[sample], kind="stable")])


def sample_weights(classes: np.ndarray, balance: float) -> np.ndarray:
    """Return the weight of each image `(n,)`, with sum 1; `classes` `(n,)` are integers from 0.

    A landmark's weight is its number of images to the power 1 - `balance`: 0 weights images equally, 1 landmarks.

    >>> sample_weights(np.array([0, 0, 0, 1]), 1.0).round(3).tolist()
    [0.167, 0.167, 0.167, 0.5]
    """
    weights = np.bincount(classes)[classes] ** -float(balance)
    return np.asarray(weights / weights.sum())
