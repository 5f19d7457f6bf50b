"""The only module of the project that wraps numba: it compiles kernels, helpers and LLVM intrinsics, all typed.

With the environment variable `LANDMARK_KERNELS=numpy` numba is not imported and nothing is compiled: every kernel is
then the plain Python and NumPy function it was written as. Tests compare both; it is much slower.

Compiled kernels are stored on disk under a digest of all code that they reach, see `metrics.kernel_cache`. Modules with
kernels are imported where they are used, as importing numba takes half a second.
"""

import inspect
import os
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

COMPILED = os.environ.get("LANDMARK_KERNELS", "numba") != "numpy"

if COMPILED:
    import numba
    from numba import types
    from numba.extending import intrinsic

    from metrics.kernel_cache import KernelCache


def kernel(function: Function) -> Function:
    """Compile a function at its first call, cache it on disk and run it without the interpreter lock."""
    if not COMPILED:
        return np.errstate(all="ignore")(function)  # compiled code wraps around and divides without warnings
    compiled: Any = numba.njit(function, nogil=True)
    compiled._cache = KernelCache(function)  # noqa: SLF001 (numba has no public way to name a cache)
    result: Function = compiled
    return result


def helper(function: Function) -> Function:
    """Compile a function into every kernel that calls it."""
    if not COMPILED:
        return function
    compiled: Function = numba.njit(function)
    return compiled


def instructions(
    emit: Callable[..., Any], result: str = "void", fallback: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    """Return a function for kernels whose body `emit(builder, *arguments)` writes as LLVM instructions.

    Arrays arrive as pointers to their first element, so they have to be contiguous. `result` is the name of a numba
    type. `fallback` computes the same in Python and NumPy, from arrays.
    """
    if not COMPILED:
        return fallback or _without_fallback(emit)

    def typed(_: Any, *arguments: Any) -> tuple[Any, Callable[..., Any]]:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            pairs = zip(signature.args, values, strict=True)
            returned = emit(builder, *(_pointer(context, builder, kind, value) for kind, value in pairs))
            return context.get_dummy_value() if returned is None else returned

        return getattr(types, result)(*arguments), generate

    typed.__signature__ = inspect.signature(emit)  # type: ignore[attr-defined]  # numba counts the parameters by it
    function: Callable[..., Any] = intrinsic(typed)
    return function


def _without_fallback(emit: Callable[..., Any]) -> Callable[..., Any]:
    def missing(*_: Any) -> Any:
        raise NotImplementedError(f"{emit.__name__} of {emit.__module__} has no fallback for LANDMARK_KERNELS=numpy")

    return missing


def _pointer(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    return context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
