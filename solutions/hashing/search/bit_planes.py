"""Bit-sliced comparison of the distances of 512 codes with a bound: one bit of each code in a word.

A tile of 512 codes is transposed to 64 planes: plane b holds bit b of every code, 512 bits wide. The distances to a
query are sums of 64 planes, some of them inverted. A full adder on planes sums three bits of 512 codes in a few
instructions. Two further savings make this faster than the population count of each code:

* the sums of three neighbouring planes are tabulated once for the eight values that a query can have there;
* 64 - bound is added, so that the seventh bit of the sum says whether the distance reaches the bound.

It is exact. With 512-bit registers and three-operand logic, 512 codes take about 120 instructions. Compiled code only.
"""

from typing import Any

import numpy as np

from harness import helper, instructions
from solutions.kernels.simd import INT64, WORDS, bit_mask, broadcast, constant, load, store

TILE = 64 * WORDS  # codes in a tile
_TRIPLES = 22  # of planes: 21 whole ones, and the last plane with two that are zero
PLANES_WORDS = 3 * _TRIPLES * WORDS
TABLE_WORDS = 16 * _TRIPLES * WORDS  # a sum of two planes for each of eight values
_BITS = 6  # of 64 - bound; the seventh bit of the sum is the answer
_NONE, _ALL = constant(0), constant(-1)


@helper
def bias_planes() -> Any:
    """Return the bits of 64 - bound, lowest first, each as a word of equal bits: (65, 6) uint64, one row a bound."""
    planes = np.zeros((65, _BITS), np.uint64)
    for bound in range(65):
        for bit in range(_BITS):
            if (64 - bound) >> bit & 1:
                planes[bound, bit] = ~np.uint64(0)
    return planes


@helper
def tabulate(index: Any, first: int, planes: Any, table: Any) -> None:
    """Fill `table`, (TABLE_WORDS,), for the tile of `index` from `first` on; `planes`, (PLANES_WORDS,), is workspace.

    Beyond the end of the index the tile is padded with zeros, whose results mean nothing.
    """
    _spread(index, first, planes)
    _transpose(planes)
    for triple in range(_TRIPLES):
        _tabulate_triple(planes, np.uint64(triple), table)


@helper
def _spread(index: Any, first: int, planes: Any) -> None:
    """Lay the tile out so that row r of `planes` holds its codes r, 64 + r, 128 + r, ..."""
    planes[:] = 0
    for word in range(WORDS):
        start = first + 64 * word
        for row, code in enumerate(index[start : start + 64]):
            planes[row * WORDS + word] = code


@helper
def _transpose(planes: Any) -> None:
    """Transpose the first 64 rows by exchanging blocks of 32 bits down to 1: row b then holds bit b of the codes."""
    width, low = 32, np.uint64(0x00000000FFFFFFFF)
    while width:
        for block in range(0, 64, 2 * width):
            for row in range(block, block + width):
                _exchange(planes, np.uint64(row), np.uint64(row + width), np.uint64(width), low)
        width >>= 1
        low ^= low << np.uint64(width)


def _emit_exchange(builder: Any, planes: Any, upper: Any, lower: Any, width: Any, low: Any) -> None:
    """Exchange the high bits of row `upper` with the low bits of row `lower`."""
    shift = broadcast(builder, width)
    above, beneath = load(builder, planes, upper), load(builder, planes, lower)
    differing = builder.xor(builder.lshr(above, shift), beneath)
    differing = builder.and_(differing, broadcast(builder, low))
    store(builder, builder.xor(above, builder.shl(differing, shift)), planes, upper)
    store(builder, builder.xor(beneath, differing), planes, lower)


def _emit_tabulate_triple(builder: Any, planes: Any, triple: Any, table: Any) -> None:
    """Write the sums of a triple of planes, low and high plane, for each of the eight values of a query there."""
    first = builder.mul(triple, INT64(3))
    bits = [load(builder, planes, builder.add(first, INT64(bit))) for bit in range(3)]
    for value in range(8):
        differing = [builder.xor(plane, _ALL if value >> bit & 1 else _NONE) for bit, plane in enumerate(bits)]
        place = builder.add(builder.mul(triple, INT64(16)), INT64(2 * value))
        store(builder, _parity(builder, *differing), table, place)
        store(builder, _majority(builder, *differing), table, builder.add(place, INT64(1)))


def _emit_below(builder: Any, table: Any, query: Any, biases: Any, bound: Any, nearer: Any) -> Any:
    bias = builder.gep(biases, [builder.mul(bound, INT64(_BITS))])
    columns = _columns(builder, table, query)
    for bit in range(_BITS):
        columns[bit].append(broadcast(builder, builder.load(builder.gep(bias, [INT64(bit)]))))
        columns[bit + 1] += _carries(builder, columns[bit])
    (reached,) = columns[_BITS]
    planes = builder.xor(reached, _ALL)
    store(builder, planes, nearer, INT64(0))
    return bit_mask(builder, builder.icmp_unsigned("!=", planes, _NONE))


def _columns(builder: Any, table: Any, query: Any) -> list[list[Any]]:
    """Return the planes to be summed, by their weight: 1, 2, 4, ..."""
    columns: list[list[Any]] = [[] for _ in range(_BITS + 1)]
    for triple in range(_TRIPLES):
        value = builder.and_(builder.lshr(query, INT64(3 * triple)), INT64(7))
        place = builder.add(builder.shl(value, INT64(1)), INT64(16 * triple))
        columns[0].append(load(builder, table, place))
        if triple < _TRIPLES - 1:  # the last one has a single plane: no carry
            columns[1].append(load(builder, table, builder.add(place, INT64(1))))
    return columns


def _carries(builder: Any, column: list[Any]) -> list[Any]:
    """Return the carries of the sum of an odd number of planes of one weight; the sum itself is not needed."""
    carries, waiting = [], list(column)
    while len(waiting) > 1:
        three, waiting = waiting[:3], waiting[3:]
        carries.append(_majority(builder, *three))
        waiting.append(_parity(builder, *three))
    return carries


def _parity(builder: Any, x: Any, y: Any, z: Any) -> Any:
    return builder.xor(builder.xor(x, y), z)


def _majority(builder: Any, x: Any, y: Any, z: Any) -> Any:
    return builder.or_(builder.and_(x, y), builder.and_(z, builder.or_(x, y)))


_exchange = instructions(_emit_exchange)
_tabulate_triple = instructions(_emit_tabulate_triple)

below = instructions(_emit_below, "uint64")
"""`below(table, query, biases, bound, nearer)` sets bit r of nearer[w] if code 64 w + r of the tile is nearer.

`biases` are `bias_planes()`; the bound is from 1 to 64. Returns which words of `nearer` are not 0, a bit each.
"""
