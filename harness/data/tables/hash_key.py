"""A random key for the hash tables of ids, new in each process, so that ids cannot be chosen to collide."""

import os

import numpy as np

HashKey = tuple[np.uint64, np.uint64]


def new_hash_key() -> HashKey:
    """Return a random key of 128 bits."""
    return np.uint64(int.from_bytes(os.urandom(8))), np.uint64(int.from_bytes(os.urandom(8)))


HASH_KEY = new_hash_key()  # of this process; results do not depend on it
