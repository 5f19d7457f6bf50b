"""The compiled search of `mean_distance`: keys of blocks of 64 codes, computed by vector instructions."""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir

from harness import helper, instructions, kernel
from solutions.hashing.search.mean_distance_keys import Mean
from solutions.kernels.bits import lowest_bit
from solutions.kernels.simd import INT64, VECTOR, WORDS, aligned_words, bit_mask, broadcast, call, constant, load, store

BLOCK = 64  # codes compared at once: 8 vectors of keys, which stay in registers
_VECTORS = BLOCK // WORDS
_QUERIES = 256  # compared with a block before the next one
SUM, PRODUCT, _ENTRIES = range(3)
RULES: dict[Mean, int] = {"arithmetic": SUM, "geometric": PRODUCT, "harmonic": _ENTRIES, "square_root": _ENTRIES}
_DOUBLES = ir.VectorType(ir.DoubleType(), WORDS)


def _sum(builder: Any, key: Any, distance: Any, _: Any) -> Any:
    return builder.add(key, distance)


def _product(builder: Any, key: Any, distance: Any, _: Any) -> Any:
    """Return the key times 1 + distance in doubles: exact up to 2**53, so for 8 hashes; faster than integers."""
    return call(builder, "llvm.fma.v8f64", _DOUBLES, key, builder.uitofp(distance, _DOUBLES), key)


def _sum_of_entries(builder: Any, key: Any, distance: Any, table: Any) -> Any:
    addresses = builder.add(broadcast(builder, builder.ptrtoint(table, INT64)), builder.shl(distance, constant(3)))
    pointers = builder.inttoptr(addresses, ir.VectorType(INT64.as_pointer(), WORDS))
    alignment = ir.Constant(ir.IntType(32), 8)
    everywhere = ir.Constant(ir.VectorType(ir.IntType(1), WORDS), [1] * WORDS)
    entries = call(builder, "llvm.masked.gather.v8i64.v8p0", VECTOR, pointers, alignment, everywhere, constant(0))
    return builder.add(key, entries)


def _emit_below(combine: Callable[..., Any], nothing: Any) -> Callable[..., Any]:
    """Return `below(codes, queries, first, n_hashes, table, limit, keys)`, where `combine` builds keys from `nothing`.

    `codes` is (n_hashes, BLOCK); the hashes of the query are in `queries` from `first` on. It writes the keys of the
    block, (BLOCK,), and returns which of them are below the limit, a bit each.
    """

    def emit(
        builder: Any, codes: Any, queries: Any, first: Any, n_hashes: Any, table: Any, limit: Any, keys: Any
    ) -> Any:
        before, loop, after = builder.block, builder.append_basic_block(), builder.append_basic_block()
        builder.branch(loop)
        builder.position_at_end(loop)
        which, grown = builder.phi(INT64), [builder.phi(nothing.type) for _ in range(_VECTORS)]
        query = broadcast(builder, builder.load(builder.gep(queries, [builder.add(first, which)])))
        row = builder.mul(which, INT64(_VECTORS))
        longer = [
            combine(builder, key, _distance(builder, codes, builder.add(row, INT64(number)), query), table)
            for number, key in enumerate(grown)
        ]
        following = builder.add(which, INT64(1))
        _add_incoming(before, loop, [which, *grown], [INT64(0), *[nothing] * _VECTORS], [following, *longer])
        builder.cbranch(builder.icmp_signed("<", following, n_hashes), loop, after)
        builder.position_at_end(after)
        return _compare(builder, longer, limit, keys)

    return instructions(emit, "uint64")


def _add_incoming(before: Any, loop: Any, variables: list[Any], starts: list[Any], following: list[Any]) -> None:
    for variable, start, value in zip(variables, starts, following, strict=True):
        variable.add_incoming(start, before)
        variable.add_incoming(value, loop)


def _distance(builder: Any, codes: Any, number: Any, query: Any) -> Any:
    return call(builder, "llvm.ctpop.v8i64", VECTOR, builder.xor(load(builder, codes, number), query))


def _compare(builder: Any, grown: list[Any], limit: Any, keys: Any) -> Any:
    limits, below = broadcast(builder, limit), INT64(0)
    for number, key in enumerate(grown):
        whole = builder.fptosi(key, VECTOR) if key.type == _DOUBLES else key
        store(builder, whole, keys, INT64(number))
        lower = bit_mask(builder, builder.icmp_signed("<", whole, limits))
        below = builder.or_(below, builder.shl(lower, INT64(WORDS * number)))
    return below


sums_below = _emit_below(_sum, constant(0))
products_below = _emit_below(_product, ir.Constant(_DOUBLES, [1.0] * WORDS))
entries_below = _emit_below(_sum_of_entries, constant(0))


@kernel
def search(queries: Any, index: Any, table: Any, rule: int, keys: Any, positions: Any) -> None:
    """Fill `keys` and `positions`, which are sorted at any time; only keys below the last one are inserted."""
    n_hashes, n_index = index.shape
    block, block_keys = aligned_words(n_hashes * BLOCK), aligned_words(BLOCK).view(np.int64)
    for chunk in range(0, len(queries), _QUERIES):
        for first in range(0, n_index, BLOCK):
            _copy(index[:, first : first + BLOCK], block)
            for row in range(chunk, min(chunk + _QUERIES, len(queries))):
                below = _keys_below(rule, block, queries, row * n_hashes, n_hashes, table, keys[row, -1], block_keys)
                if below:
                    _insert_all(keys[row], positions[row], first, n_index, below, block_keys)


@helper
def _copy(codes: Any, block: Any) -> None:
    """Copy (n_hashes, up to BLOCK) codes into (n_hashes * BLOCK,); a short block is padded with zeros."""
    block[:] = 0
    for which in range(len(codes)):
        for number, code in enumerate(codes[which]):
            block[which * BLOCK + number] = code


@helper
def _keys_below(
    rule: int, block: Any, queries: Any, first: int, n_hashes: int, table: Any, limit: int, keys: Any
) -> Any:
    if rule == PRODUCT:
        return products_below(block, queries, first, n_hashes, table, limit, keys)
    if rule == SUM:
        return sums_below(block, queries, first, n_hashes, table, limit, keys)
    return entries_below(block, queries, first, n_hashes, table, limit, keys)


@helper
def _insert_all(keys: Any, positions: Any, first: int, n_index: int, below: Any, block_keys: Any) -> None:
    while below:
        number = np.int64(lowest_bit(below))
        below &= below - np.uint64(1)
        if block_keys[number] < keys[-1] and first + number < n_index:
            _insert(keys, positions, block_keys[number], first + number)


@helper
def _insert(keys: Any, positions: Any, key: int, position: Any) -> None:
    """Insert after the keys that are not greater: positions ascend, so ties are in order of position."""
    place = len(keys) - 1
    while place > 0 and keys[place - 1] > key:
        keys[place], positions[place] = keys[place - 1], positions[place - 1]
        place -= 1
    keys[place], positions[place] = key, position
