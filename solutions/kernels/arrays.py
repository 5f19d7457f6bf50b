"""Arrays in the one layout that kernels are compiled for, and the check of the number of neighbours."""

from typing import Any

import numpy as np

from harness import HarnessError


def as_kernel_array(array: np.ndarray, dtype: Any) -> np.ndarray:
    """Return a contiguous, read-only plain array of this type: a view of `array`, or a copy where it must be one.

    A kernel is compiled once for each array type, so memory maps, slices and writable arrays share one compilation.
    Numbers beyond the range of float32 become infinite.
    """
    with np.errstate(over="ignore"):
        view = np.ascontiguousarray(array, dtype).view(np.ndarray)
    view.flags.writeable = False
    return view


def check_k(k: int) -> None:
    """Raise HarnessError if `k` is not a positive number of neighbours."""
    if k < 1:
        raise HarnessError(f"the number of neighbours is {k}; it must be 1 or more")
