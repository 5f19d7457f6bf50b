"""Random numbers that follow from seed, purpose and key alone, so the order of the keys does not matter."""

from hashlib import blake2b

import numpy as np


def draw(seed: int, what: str, key: object) -> int:
    """Return a number from 0 to 2^64 - 1, always the same for the same seed, purpose and key.

    >>> draw(0, "image", "a") == draw(0, "image", "a"), draw(0, "image", "a") == draw(1, "image", "a")
    (True, False)
    """
    return int.from_bytes(blake2b(f"{seed} {what} {key}".encode("utf-8", "surrogatepass"), digest_size=8).digest())


def draw_all(seed: int, what: str, keys: np.ndarray) -> np.ndarray:
    """Return the number of each key `(n,)` uint64."""
    return np.array([draw(seed, what, key) for key in keys.tolist()], np.uint64)
