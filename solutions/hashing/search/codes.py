"""Hash codes and positions as the searches take and return them."""

import numpy as np
import numpy.typing as npt

from solutions.kernels.arrays import as_kernel_array

Codes = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int32]

MISSING_POSITION = -1


def as_codes(codes: Codes, dimensions: int) -> Codes:
    """Return codes in the layout of kernels (see `as_kernel_array`). Raises TypeError for another type or shape."""
    if codes.dtype != np.uint64 or codes.ndim != dimensions:
        raise TypeError(f"codes are uint64 in {dimensions} dimensions, but these are {codes.dtype} in {codes.ndim}")
    return as_kernel_array(codes, np.uint64)


def missing_positions(n_queries: int, k: int) -> Positions:
    """Return positions to be filled in, all -1."""
    return np.full((n_queries, k), MISSING_POSITION, np.int32)
