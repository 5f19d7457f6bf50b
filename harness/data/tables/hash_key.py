"""The secret key of the hash tables of ids, drawn anew by each process: nobody can choose ids that collide."""

import os

import numpy as np

HashKey = tuple[np.uint64, np.uint64]


def new_hash_key() -> HashKey:
    """Return a random key of 128 bits."""
    return np.uint64(int.from_bytes(os.urandom(8))), np.uint64(int.from_bytes(os.urandom(8)))


HASH_KEY = new_hash_key()  # of this process; results do not depend on it
