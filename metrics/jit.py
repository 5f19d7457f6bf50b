"""The only module of the project that wraps numba: it compiles kernels, helpers and LLVM intrinsics, all typed.

Importing numba takes half a second, so it is imported at the first call of a compiled kernel. Until then kernels of
`linear_kernel` run as Python on small arrays. With the environment variable `LANDMARK_KERNELS=numpy` nothing is
compiled: every kernel is then the plain Python and NumPy function it was written as. Tests compare both.

Compiled kernels are stored on disk under a digest of all code that they reach, see `metrics.kernel_cache`.
"""

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from functools import cached_property, update_wrapper
from threading import RLock
from types import CellType, CodeType, FunctionType
from typing import Any, TypeVar, cast

import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

COMPILED = os.environ.get("LANDMARK_KERNELS", "numba") != "numpy"
_SMALL = 1000  # elements of the arrays that a call of a kernel in Python may have
_MEDIUM = 100_000  # elements that functions written for Python may work on in one call
_LOCK = RLock()


class _PythonWork:
    """How many more elements functions written for Python may work on: importing numba takes as long."""

    left = 10 * _MEDIUM


def suits_python(size: int) -> bool:
    """Return whether work on `size` elements suits a function written for Python better than a compiled kernel.

    It does for up to 100 000 elements until numba is imported, and for a million in all.
    """
    if not COMPILED or "numba" in sys.modules or size > min(_MEDIUM, _PythonWork.left):
        return False
    _PythonWork.left -= size
    return True


class LazyFunction:
    """A function that is compiled at its first call; other attributes are those of numba's dispatcher.

    Arguments whose names are in `sizes` bound the work of a call. If they are small it runs as Python, until numba is
    imported, and at most for `budget` elements in all.
    """

    budget = 10 * _SMALL

    def __init__(
        self, function: Callable[..., Any], compile_: Callable[[Any], Any], sizes: tuple[str, ...] = ()
    ) -> None:
        update_wrapper(self, function)
        self._function, self._compile = function, compile_
        self._places = [list(inspect.signature(function).parameters).index(name) for name in sizes]

    def __call__(self, *arguments: Any) -> Any:
        return self.python(*arguments) if self._is_small(arguments) else self.compiled(*arguments)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.compiled, name)

    @cached_property
    def compiled(self) -> Any:
        """Return the compiled function. It names compiled functions only."""
        with _LOCK:
            return self._compile(_with_versions(self._function, lambda lazy: lazy.compiled))

    @cached_property
    def python(self) -> Callable[..., Any]:
        """Return the function as Python; like compiled code it wraps around and divides without warnings."""
        function: Callable[..., Any] = _with_versions(self._function, lambda lazy: lazy.python)
        return np.errstate(all="ignore")(function)

    def _is_small(self, arguments: tuple[Any, ...]) -> bool:
        if not self._places or "numba" in sys.modules:
            return False
        size = sum(arguments[place].size for place in self._places)
        if size > min(_SMALL, LazyFunction.budget):
            return False
        LazyFunction.budget -= size
        return True


def kernel(function: Function) -> Function:
    """Compile a function at its first call, cache it on disk and run it without the interpreter lock."""
    return linear_kernel()(function)


def linear_kernel(*sizes: str) -> Callable[[Function], Function]:
    """Return `kernel` for a function whose work is linear in the sizes of the named arguments."""
    if not COMPILED:
        return np.errstate(all="ignore")  # compiled code wraps around and divides without warnings

    def lazy(function: Function) -> Function:
        return cast("Function", LazyFunction(function, _compile_kernel, sizes))

    return lazy


def helper(function: Function) -> Function:
    """Compile a function into every kernel that calls it."""
    return cast("Function", LazyFunction(function, _compile_helper)) if COMPILED else function


def instructions(
    emit: Callable[..., Any], result: str = "void", fallback: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    """Return a function for kernels whose body `emit(builder, *arguments)` writes as LLVM instructions.

    Arrays arrive as pointers to their first element, so they have to be contiguous. `result` is the name of a numba
    type. `fallback` computes the same in Python and NumPy, from arrays.
    """
    python = fallback or _without_fallback(emit)
    return LazyFunction(python, lambda _: _compile_instructions(emit, result)) if COMPILED else python


def _compile_kernel(function: Callable[..., Any]) -> Any:
    import numba

    from metrics.kernel_cache import KernelCache

    compiled = numba.njit(function, nogil=True)
    compiled._cache = KernelCache(function)  # noqa: SLF001 (numba has no public way to name a cache)
    return compiled


def _compile_helper(function: Callable[..., Any]) -> Any:
    import numba

    return numba.njit(function)


def _compile_instructions(emit: Callable[..., Any], result: str) -> Any:
    from numba import types
    from numba.extending import intrinsic

    def typed(_: Any, *arguments: Any) -> tuple[Any, Callable[..., Any]]:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            pairs = zip(signature.args, values, strict=True)
            returned = emit(builder, *(_pointer(context, builder, kind, value) for kind, value in pairs))
            return context.get_dummy_value() if returned is None else returned

        return getattr(types, result)(*arguments), generate

    typed.__signature__ = inspect.signature(emit)  # type: ignore[attr-defined]  # numba counts the parameters by it
    return intrinsic(typed)


def _pointer(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    from numba import types

    return context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value


def _without_fallback(emit: Callable[..., Any]) -> Callable[..., Any]:
    def missing(*_: Any) -> Any:
        raise NotImplementedError(f"{emit.__name__} of {emit.__module__} has no fallback for LANDMARK_KERNELS=numpy")

    return missing


def _with_versions(function: Callable[..., Any], version: Callable[[LazyFunction], Any]) -> Any:
    """Return the function with each lazy function that it names replaced by one of its versions."""
    if not isinstance(function, FunctionType):
        return function
    values = function.__globals__
    named = {name: values[name] for name in _names(function.__code__) if isinstance(values.get(name), LazyFunction)}
    cells = tuple(_cell(cell, version) for cell in function.__closure__ or ())
    replaced = FunctionType(
        function.__code__,
        values | {name: version(lazy) for name, lazy in named.items()},
        function.__name__,
        function.__defaults__,
        cells or None,
    )
    replaced.__kwdefaults__ = function.__kwdefaults__
    replaced.__qualname__, replaced.__module__ = function.__qualname__, function.__module__
    return replaced


def _cell(cell: CellType, version: Callable[[LazyFunction], Any]) -> CellType:
    return CellType(version(cell.cell_contents)) if isinstance(cell.cell_contents, LazyFunction) else cell


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
