"""Pairs of labelled images, matching and not, decided by ids and seed in whatever order the images stand."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np


def matching_pairs(ids: np.ndarray, labels: np.ndarray, most: int = 50, seed: int = 0) -> np.ndarray:
    """Return places `(m, 2)` of images of one landmark, at most so many pairs of each, each image as often as others.

    >>> matching_pairs(np.array(list("abcd")), np.array([1, 2, 1, 2])).tolist()
    [[0, 2], [3, 1]]
    """
    order = images_drawn(ids, seed)
    found = [_around(order[labels[order] == landmark])[:most] for landmark in np.unique(labels)]
    return np.concatenate([np.zeros((0, 2), int), *found])


def other_pairs(ids: np.ndarray, labels: np.ndarray, most: int, seed: int = 0) -> np.ndarray:
    """Return places `(m, 2)` of images of two landmarks, at most so many pairs.

    >>> other_pairs(np.array(list("abc")), np.array([1, 2, 1]), 5).tolist()
    [[1, 0], [2, 1]]
    """
    order = images_drawn(ids, seed)
    found, steps = np.zeros((0, 2), int), iter(range(1, len(order) // 2 + 1))
    while len(found) < most and (step := next(steps, None)):
        pairs = _apart(order, step)
        found = np.concatenate([found, pairs[labels[pairs[:, 0]] != labels[pairs[:, 1]]]])
    return found[:most]


def images_drawn(ids: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the places of the images in an order that follows from their ids."""
    keys = [blake2b(f"{seed} {each}".encode("utf-8", "surrogatepass"), digest_size=8).digest() for each in ids.tolist()]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), int)


def _around(places: np.ndarray) -> np.ndarray:
    """Return all pairs of places that stand in a ring, first of neighbours, then of the next but one, and so on."""
    return np.concatenate([_apart(places, step) for step in range(1, len(places) // 2 + 1)] or [np.zeros((0, 2), int)])


def _apart(places: np.ndarray, step: int) -> np.ndarray:
    """Return each pair of places that stand so many steps apart in a ring, once."""
    pairs = np.stack([places, np.roll(places, -step)], axis=1)
    return pairs[: len(places) // 2] if 2 * step == len(places) else pairs
