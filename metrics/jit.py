"""The doorway to numba: functions compiled at their first call and kept on disk. Import what uses it where it is used.

Numba has no types of its own; here they end. It compiles a kept function anew when its file changes, so a helper
belongs into the file of the kernels that call it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """`function`, compiled at its first call and kept on disk; it runs without the interpreter lock."""
    compiled: Function = numba.njit(function, nogil=True, cache=True)
    return compiled


def helper(function: Function) -> Function:
    """`function`, compiled into every kernel that calls it."""
    compiled: Function = numba.njit(function)
    return compiled
