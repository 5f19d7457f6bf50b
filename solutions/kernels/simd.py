"""Vectors of eight 64-bit words: building blocks of kernels, as functions of an LLVM builder. Compiled code only.

Vectors lie in memory at multiples of 64 bytes (`aligned_words`) and are addressed by their number from the base.
The instructions are portable: a machine with narrower registers does each in several steps.
"""

from typing import Any

import numpy as np
from llvmlite import ir

from harness import helper

WORDS = 8
INT64 = ir.IntType(64)
VECTOR = ir.VectorType(INT64, WORDS)
_BYTES = 8 * WORDS


@helper
def aligned_words(n_words: int) -> Any:
    """Return an array of `n_words` uint64, aligned for reading and writing vectors."""
    room = np.empty(n_words + WORDS, np.uint64)
    first = (-room.ctypes.data % _BYTES) // 8
    return room[first : first + n_words]


def constant(value: int) -> Any:
    """Return a vector of eight times `value`."""
    return ir.Constant(VECTOR, [value] * WORDS)


def broadcast(builder: Any, word: Any) -> Any:
    """Return a vector of eight times `word`, which is known at run time only."""
    first = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), word, INT64(0))
    return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(ir.IntType(32), WORDS), [0] * WORDS))


def load(builder: Any, base: Any, number: Any) -> Any:
    """Load the vector `number` from `base`."""
    vector = builder.load(_address(builder, base, number))
    vector.align = _BYTES
    return vector


def store(builder: Any, vector: Any, base: Any, number: Any) -> None:
    """Store the vector `number` from `base`."""
    builder.store(vector, _address(builder, base, number)).align = _BYTES


def _address(builder: Any, base: Any, number: Any) -> Any:
    return builder.gep(builder.bitcast(base, VECTOR.as_pointer()), [number])


def bit_mask(builder: Any, truths: Any) -> Any:
    """Return the result of comparing two vectors as a word: one bit a place, the first place lowest."""
    return builder.zext(builder.bitcast(truths, ir.IntType(WORDS)), INT64)


def call(builder: Any, name: str, result: Any, *arguments: Any) -> Any:
    """Call an LLVM function that the builder offers for single words only."""
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    return builder.call(function, arguments)
