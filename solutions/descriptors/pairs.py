"""Pairs of labelled images, matching or not, sampled by ids and seed; the order of the images does not matter."""

from hashlib import blake2b

import numpy as np


def matching_pairs(ids: np.ndarray, labels: np.ndarray, most: int = 50, seed: int = 0) -> np.ndarray:
    """Return positions `(m, 2)` of pairs of one landmark, at most `most` for each; images take part equally often.

    >>> matching_pairs(np.array(list("abcd")), np.array([1, 2, 1, 2])).tolist()
    [[0, 2], [3, 1]]
    """
    order = shuffled_positions(ids, seed)
    pairs = [_ring_pairs(order[labels[order] == landmark])[:most] for landmark in np.unique(labels)]
    return np.concatenate([np.zeros((0, 2), int), *pairs])


def other_pairs(ids: np.ndarray, labels: np.ndarray, most: int, seed: int = 0) -> np.ndarray:
    """Return positions `(m, 2)` of pairs of different landmarks, at most `most`.

    >>> other_pairs(np.array(list("abc")), np.array([1, 2, 1]), 5).tolist()
    [[1, 0], [2, 1]]
    """
    order = shuffled_positions(ids, seed)
    pairs, steps = np.zeros((0, 2), int), iter(range(1, len(order) // 2 + 1))
    while len(pairs) < most and (step := next(steps, None)):
        candidates = _pairs_at_distance(order, step)
        pairs = np.concatenate([pairs, candidates[labels[candidates[:, 0]] != labels[candidates[:, 1]]]])
    return pairs[:most]


def shuffled_positions(ids: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the positions of the images in a pseudo-random order that depends on ids and seed only."""
    keys = [blake2b(f"{seed} {each}".encode("utf-8", "surrogatepass"), digest_size=8).digest() for each in ids.tolist()]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), int)


def _ring_pairs(ring: np.ndarray) -> np.ndarray:
    """Return all pairs of positions in a ring: first those one step apart, then two steps, and so on."""
    pairs = [_pairs_at_distance(ring, step) for step in range(1, len(ring) // 2 + 1)]
    return np.concatenate(pairs or [np.zeros((0, 2), int)])


def _pairs_at_distance(ring: np.ndarray, step: int) -> np.ndarray:
    """Return each pair of positions `step` apart in a ring, once."""
    pairs = np.stack([ring, np.roll(ring, -step)], axis=1)
    return pairs[: len(ring) // 2] if 2 * step == len(ring) else pairs
