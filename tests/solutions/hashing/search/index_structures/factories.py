"""Codes that are difficult for index structures, and the comparison of results."""

import numpy as np


def uniform(rng, n):
    return rng.integers(0, 2**64, n, dtype=np.uint64)


def flipped(rng, codes, n_bits):
    """The codes with that many bits changed in each."""
    flips = [sum(1 << int(bit) for bit in rng.permutation(64)[:n_bits]) for _ in codes]
    return codes ^ np.array(flips, np.uint64)


def clustered(rng, n):
    return flipped(rng, rng.choice(uniform(rng, 4), n), 3)


def few_distinct(rng, n):
    return rng.choice(np.array([0, 1, 2**63, 2**64 - 1, 12345], np.uint64), n)


def all_equal(rng, n):
    return np.full(n, uniform(rng, 1)[0])


def one_bit_each(rng, n):
    """Codes that are all equally far from each other: no tree can tell them apart."""
    return np.uint64(1) << rng.integers(0, 64, n, dtype=np.uint64)


MADE = [uniform, clustered, few_distinct, all_equal, one_bit_each]


def assert_same(result, expected):
    for one, other in zip(result, expected, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
