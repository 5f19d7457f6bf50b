"""Sums of third powers over the positions of feature maps, in one pass over memory."""

import numpy as np

from harness import kernel


@kernel
def add_cubes(maps: np.ndarray, smallest: np.float32, sums: np.ndarray) -> None:
    """Add the cubes of maps `(positions, c)` float32 to sums `(c,)`; values below `smallest` count as it."""
    for position in range(len(maps)):
        row = maps[position]
        for channel in range(len(sums)):
            value = max(row[channel], smallest)
            sums[channel] += value * value * value
