"""The one doorway to numba: kernels, the functions they call, and functions written as machine instructions, all typed.

Numba has no types of its own; here they end.
It keeps a compiled kernel beside its source file and compiles it anew when that file changes, but not when a helper in
another file does: after editing a helper that is used elsewhere, touch the files of the kernels that call it.
"""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba import types
from numba.extending import intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """`function`, compiled at its first call and kept on disk; it runs without the interpreter lock."""
    compiled: Function = numba.njit(function, nogil=True, cache=True)
    return compiled


def helper(function: Function) -> Function:
    """`function`, compiled into every kernel that calls it."""
    compiled: Function = numba.njit(function)
    return compiled


def instructions(emit: Callable[..., Any], result: Any = types.void) -> Callable[..., Any]:
    """A function for kernels whose body `emit(builder, *arguments)` writes as LLVM instructions.

    Arrays arrive as pointers to their first element, so they have to be contiguous. `result` is a numba type.
    """

    def typed(_: Any, *arguments: Any) -> tuple[Any, Callable[..., Any]]:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            pairs = zip(signature.args, values, strict=True)
            returned = emit(builder, *(_pointer(context, builder, kind, value) for kind, value in pairs))
            return context.get_dummy_value() if returned is None else returned

        return result(*arguments), generate

    typed.__signature__ = inspect.signature(emit)  # type: ignore[attr-defined]  # numba counts the parameters by it
    function: Callable[..., Any] = intrinsic(typed)
    return function


def _pointer(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    return context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
