"""Bit operations on 64-bit words for kernels: population count and number of trailing zeros."""

from typing import Any

from harness import instructions


def _emit_lowest_bit(builder: Any, word: Any) -> Any:
    from llvmlite import ir

    return builder.cttz(word, ir.Constant(ir.IntType(1), 1))


popcount = instructions(lambda builder, word: builder.ctpop(word), "uint64", lambda word: int(word).bit_count())
"""`popcount(word)` is the number of set bits."""

lowest_bit = instructions(_emit_lowest_bit, "uint64", lambda word: (int(word) & -int(word)).bit_length() - 1)
"""`lowest_bit(word)` is the place of the lowest set bit; `word` is not 0."""
