"""Means of distances as integers in the same order, so that equal means are equal whatever the order of the hashes.

| mean | key of the distances D |
|---|---|
| arithmetic | the sum of D |
| geometric | the product of 1 + D |
| square_root | the sum of sqrt(D), in units of 2**-56 |
| harmonic | minus the sum of 1 / (1 + D), in units of about 1e-18 |

Ties of the last two are exact as well. A root is taken as a times the rounded sqrt(s), where D = a * a * s and s has no
square factor: sums of such roots are equal only where they are so term by term. The unit of the reciprocals is one over
a multiple of every 1 + D up to 65 except the primes above 31: no other 1 + D has these as factors, so equal sums hold
each of them equally often, and its rounding cancels out. Means that differ by less than a few units may come in either
order.
"""

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types

from solutions.kernels.jit import instructions
from solutions.kernels.simd import INT64, VECTOR, WORDS, call, constant, load, places, repeat, store

Mean = Literal["geometric", "harmonic", "arithmetic", "square_root"]
Keys = npt.NDArray[np.int64]

MOST_HASHES = 8  # with more, products could outgrow the 53 bits of doubles, sums 63 bits
BLOCK = 64  # codes that are compared at once: 8 vectors of keys, which stay in registers
_VECTORS = BLOCK // WORDS
_ROOT = 2**56
_RECIPROCAL = 512 * math.prod((2**6, 3**3, 5**2, 7**2, 11, 13, 17, 19, 23, 29, 31))
_DOUBLES = ir.VectorType(ir.DoubleType(), WORDS)


def key_table(mean: Mean) -> Keys:
    """What each distance adds to the key, or multiplies it by: (65,)."""
    entry: dict[Mean, Callable[[int], int]] = {
        "arithmetic": lambda distance: distance,
        "geometric": lambda distance: distance + 1,
        "square_root": _root,
        "harmonic": lambda distance: -((2 * _RECIPROCAL + distance + 1) // (2 * (distance + 1))),  # rounded
    }
    return np.array([entry[mean](distance) for distance in range(65)], np.int64)


def _root(distance: int) -> int:
    """The square root in units: a multiple of that of the distance's square-free part.

    >>> _root(8) == 2 * _root(2), _root(9) / _ROOT
    (True, 3.0)
    """
    factor = max(a for a in range(1, 9) if distance % (a * a) == 0)
    return factor * math.isqrt(distance // (factor * factor) * _ROOT * _ROOT)


def means_of(keys: Keys, mean: Mean, n_hashes: int) -> npt.NDArray[np.float64]:
    """The means that keys stand for; exactly 0 where all distances are 0."""
    if mean == "geometric":
        return np.asarray(keys ** (1 / n_hashes) - 1)
    if mean == "harmonic":
        return np.asarray(n_hashes / (keys / -_RECIPROCAL) - 1)
    return np.asarray(keys / ((_ROOT if mean == "square_root" else 1) * n_hashes))


def _sum(builder: Any, key: Any, distance: Any, _: Any) -> Any:
    return builder.add(key, distance)


def _product(builder: Any, key: Any, distance: Any, _: Any) -> Any:
    """The key times 1 + distance, in doubles: exact up to 2**53, thus for eight hashes, and faster than integers."""
    return call(builder, "llvm.fma.v8f64", _DOUBLES, key, builder.uitofp(distance, _DOUBLES), key)


def _sum_of_entries(builder: Any, key: Any, distance: Any, table: Any) -> Any:
    addresses = builder.add(repeat(builder, builder.ptrtoint(table, INT64)), builder.shl(distance, constant(3)))
    pointers = builder.inttoptr(addresses, ir.VectorType(INT64.as_pointer(), WORDS))
    alignment, everywhere = (
        ir.Constant(ir.IntType(32), 8),
        ir.Constant(ir.VectorType(ir.IntType(1), WORDS), [1] * WORDS),
    )
    entries = call(builder, "llvm.masked.gather.v8i64.v8p0", VECTOR, pointers, alignment, everywhere, constant(0))
    return builder.add(key, entries)


def _below(combine: Callable[..., Any], nothing: Any) -> Callable[..., Any]:
    """`below(codes, queries, first, n_hashes, table, limit, keys)` for the keys that `combine` grows from `nothing`.

    `codes` is (n_hashes, BLOCK); the query's hashes are in `queries` from `first` on. Writes the keys of the block's
    codes, (BLOCK,), and returns which of them are below the limit, a bit each.
    """

    def emit(
        builder: Any, codes: Any, queries: Any, first: Any, n_hashes: Any, table: Any, limit: Any, keys: Any
    ) -> Any:
        before, loop, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
        builder.branch(loop)
        builder.position_at_end(loop)
        which, grown = builder.phi(INT64), [builder.phi(nothing.type) for _ in range(_VECTORS)]
        query = repeat(builder, builder.load(builder.gep(queries, [builder.add(first, which)])))
        row = builder.mul(which, INT64(_VECTORS))
        longer = [
            combine(builder, key, _distance(builder, codes, builder.add(row, INT64(number)), query), table)
            for number, key in enumerate(grown)
        ]
        following = builder.add(which, INT64(1))
        _carry_on(before, loop, [which, *grown], [INT64(0), *[nothing] * _VECTORS], [following, *longer])
        builder.cbranch(builder.icmp_signed("<", following, n_hashes), loop, after)
        builder.position_at_end(after)
        return _compare(builder, longer, limit, keys)

    return instructions(emit, types.uint64)


def _carry_on(before: Any, loop: Any, variables: list[Any], starts: list[Any], following: list[Any]) -> None:
    for variable, start, value in zip(variables, starts, following, strict=True):
        variable.add_incoming(start, before)
        variable.add_incoming(value, loop)


def _distance(builder: Any, codes: Any, number: Any, query: Any) -> Any:
    return call(builder, "llvm.ctpop.v8i64", VECTOR, builder.xor(load(builder, codes, number), query))


def _compare(builder: Any, grown: list[Any], limit: Any, keys: Any) -> Any:
    limits, below = repeat(builder, limit), INT64(0)
    for number, key in enumerate(grown):
        whole = builder.fptosi(key, VECTOR) if key.type == _DOUBLES else key
        store(builder, whole, keys, INT64(number))
        lower = places(builder, builder.icmp_signed("<", whole, limits))
        below = builder.or_(below, builder.shl(lower, INT64(WORDS * number)))
    return below


sums_below = _below(_sum, constant(0))
products_below = _below(_product, ir.Constant(_DOUBLES, [1.0] * WORDS))
entries_below = _below(_sum_of_entries, constant(0))
