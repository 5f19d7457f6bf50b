"""Random rows of several kinds, each difficult for searchers in its own way."""

import numpy as np


def unit(rng, n, d):
    rows = rng.standard_normal((n, d))
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def whole_numbers(rng, n, d):
    """Many ties, which are ties in any order of summation."""
    return rng.integers(-2, 3, (n, d)).astype(np.float32)


def duplicates(rng, n, d):
    return unit(rng, 3, d)[rng.integers(0, 3, n)]


def near_ties(rng, n, d):
    """Rows that differ in the last bit of one number: their order is beyond float32 sums."""
    rows = np.repeat(unit(rng, 1, d), n, axis=0)
    if d:
        places = rng.integers(0, d, n)
        rows[np.arange(n), places] = np.nextafter(rows[np.arange(n), places], np.float32(9))
    return rows


def of_all_lengths(rng, n, d):
    return unit(rng, n, d) * (10.0 ** rng.uniform(-18, 18, (n, 1))).astype(np.float32)


def unreadable(rng, n, d):
    rows = whole_numbers(rng, n, d)
    if d:
        rows[rng.random(n) < 0.4, rng.integers(0, d)] = rng.choice([np.nan, np.inf, -np.inf])
    return rows
