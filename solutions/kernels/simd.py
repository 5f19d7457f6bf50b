"""Eight 64-bit words at a time: the pieces that vector instructions are written with, functions of an LLVM builder.

Vectors lie in memory at multiples of 64 bytes (`aligned`), and are addressed by their number from the base.
The instructions are portable; a machine with narrower registers does each in several steps.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types

from solutions.kernels.jit import helper, instructions

WORDS = 8
INT64 = ir.IntType(64)
VECTOR = ir.VectorType(INT64, WORDS)
_BYTES = 8 * WORDS
_TRUE = ir.Constant(ir.IntType(1), 1)

popcount = instructions(lambda builder, code: builder.ctpop(code), types.uint64)
lowest_bit = instructions(lambda builder, code: builder.cttz(code, _TRUE), types.uint64)  # its place; code is not 0


@helper
def aligned(n_words: int) -> Any:
    """An array of `n_words` uint64 that vectors can be read from and written to."""
    room = np.empty(n_words + WORDS, np.uint64)
    first = (-room.ctypes.data % _BYTES) // 8
    return room[first : first + n_words]


def constant(value: int) -> Any:
    """`value` in all eight places."""
    return ir.Constant(VECTOR, [value] * WORDS)


def repeat(builder: Any, word: Any) -> Any:
    """`word`, known when the instructions run, in all eight places."""
    first = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), word, INT64(0))
    return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(ir.IntType(32), WORDS), [0] * WORDS))


def load(builder: Any, base: Any, number: Any) -> Any:
    """The vector `number` from `base`."""
    vector = builder.load(_address(builder, base, number))
    vector.align = _BYTES
    return vector


def store(builder: Any, vector: Any, base: Any, number: Any) -> None:
    """Write the vector `number` from `base`."""
    builder.store(vector, _address(builder, base, number)).align = _BYTES


def _address(builder: Any, base: Any, number: Any) -> Any:
    return builder.gep(builder.bitcast(base, VECTOR.as_pointer()), [number])


def places(builder: Any, truths: Any) -> Any:
    """The places where a comparison of vectors holds: a bit each of a word, the first place lowest."""
    return builder.zext(builder.bitcast(truths, ir.IntType(WORDS)), INT64)


def call(builder: Any, name: str, result: Any, *arguments: Any) -> Any:
    """The result of an LLVM function that the builder offers for single words only."""
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    return builder.call(function, arguments)
