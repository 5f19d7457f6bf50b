"""What the searches take for hash codes, and for what a short index leaves empty."""

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int32]

MISSING_POSITION = -1


def checked_codes(codes: Codes, dimensions: int) -> Codes:
    """A contiguous, read-only view of `codes` (a copy, if they are not contiguous), without the subclass of memmaps.

    Kernels are compiled for one type of array alone, so all are lent to them as this type.
    """
    if codes.dtype != np.uint64 or codes.ndim != dimensions:
        raise TypeError(f"codes are uint64 in {dimensions} dimensions, but these are {codes.dtype} in {codes.ndim}")
    lent = np.ascontiguousarray(codes).view(np.ndarray)
    lent.flags.writeable = False
    return lent


def check_k(k: int) -> None:
    """Raises ValueError where `k` is no number of neighbours."""
    if k < 1:
        raise ValueError(f"k is {k}, but has to be at least 1")


def no_positions(n_queries: int, k: int) -> Positions:
    """Rows to be filled with positions; what is not filled stays -1."""
    return np.full((n_queries, k), MISSING_POSITION, np.int32)
