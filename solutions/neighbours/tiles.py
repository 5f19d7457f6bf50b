"""Inner products of a few index rows with a panel of queries, summed in registers: the innermost loop of the scan.

A panel holds up to 48 queries number by number, so that a number of an index row is multiplied with those of many
queries at once. The index is read as it lies. The sums are float32; `inner` gives those that are reported.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils

from solutions.hashing.compiled import instructions

WIDTH, ROWS = (16, 8) if binding.get_host_cpu_features().get("avx512f") else (8, 4)  # numbers to a register; rows
_VECTORS = 3  # in a panel: ROWS * 3 sums, and what is added to them, fit into the registers
PANEL = _VECTORS * WIDTH  # queries
_AHEAD = 2 * ROWS  # rows whose memory is fetched before they are asked for
_LANES = 16  # of sums that are added up at the end; another number would give other last bits
_LINE = 16  # float32 that are fetched together
_variable: Any = cgutils.alloca_once_value
_INT64, _FLOAT, _DOUBLE = ir.IntType(64), ir.FloatType(), ir.DoubleType()


def panels(queries: np.ndarray) -> np.ndarray:
    """Return queries (n, d) as (n_panels, d, PANEL) float32, filled up with zeros.

    >>> panels(np.ones((3, 2), np.float32)).sum(axis=2).tolist()
    [[3.0, 3.0]]
    """
    n_queries, d = queries.shape
    n_panels = -(-n_queries // PANEL)
    filled = np.zeros((n_panels * PANEL, d), np.float32)
    filled[:n_queries] = queries
    return np.ascontiguousarray(filled.reshape(n_panels, PANEL, d).transpose(0, 2, 1))


def _emit_tile(n_vectors: int) -> Callable[..., Any]:
    def emit(builder: Any, panel: Any, index: Any, first: Any, last: Any, d: Any, floors: Any, products: Any) -> Any:
        rows = [_row(builder, index, builder.add(first, _INT64(number)), last, d) for number in range(ROWS)]
        later = builder.gep(index, [builder.mul(builder.add(first, _INT64(_AHEAD)), d)])
        sums = [[_zero(builder, _FLOAT, WIDTH) for _ in range(n_vectors)] for _ in rows]
        with cgutils.for_range(builder, d, intp=_INT64) as loop:
            _fetch(builder, builder.gep(later, [builder.mul(loop.index, _INT64(ROWS))]))
            place = builder.mul(loop.index, _INT64(PANEL))
            queries = [_load(builder, panel, _plus(builder, place, vector), WIDTH) for vector in range(n_vectors)]
            for row, totals in zip(rows, sums, strict=True):
                number = _repeat(builder, builder.load(builder.gep(row, [loop.index])))
                for query, total in zip(queries, totals, strict=True):
                    _add(builder, total, number, query)
        return _reaching(builder, sums, floors, products)

    return emit


def _row(builder: Any, index: Any, row: Any, last: Any, d: Any) -> Any:
    """Where a row starts; beyond the last one, that is taken again."""
    there = builder.select(builder.icmp_signed("<", row, last), row, last)
    return builder.gep(index, [builder.mul(there, d)])


def _reaching(builder: Any, sums: list[list[Any]], floors: Any, products: Any) -> Any:
    """Write the products and return which rows reach the floor of any query, a bit each."""
    rows = _INT64(0)
    for number, totals in enumerate(sums):
        reached = _INT64(0)
        for vector, total in enumerate(totals):
            product = builder.load(total)
            _store(builder, product, products, _INT64(number * PANEL + vector * WIDTH))
            reached = builder.or_(reached, _bits(builder, product, floors, vector))
        some = builder.zext(builder.icmp_unsigned("!=", reached, _INT64(0)), _INT64)
        rows = builder.or_(rows, builder.shl(some, _INT64(number)))
    return rows


def _bits(builder: Any, product: Any, floors: Any, vector: int) -> Any:
    """Which numbers of a register reach their floors, a bit each."""
    reached = builder.fcmp_ordered(">=", product, _load(builder, floors, _INT64(vector * WIDTH), WIDTH))
    return builder.zext(builder.bitcast(reached, ir.IntType(WIDTH)), _INT64)


def _emit_columns(builder: Any, products: Any, number: Any, floors: Any) -> Any:
    start, columns = builder.mul(number, _INT64(PANEL)), _INT64(0)
    for vector in range(_VECTORS):
        product = _load(builder, products, _plus(builder, start, vector), WIDTH)
        bits = builder.shl(_bits(builder, product, floors, vector), _INT64(vector * WIDTH))
        columns = builder.or_(columns, bits)
    return columns


def _emit_squares(builder: Any, index: Any, first: Any, last: Any, d: Any, squares: Any) -> None:
    rows = [_row(builder, index, builder.add(first, _INT64(number)), last, d) for number in range(ROWS)]
    sums, rests = ([_zero(builder, _FLOAT, width) for _ in rows] for width in (WIDTH, 1))
    for width, totals, place in _along(builder, d, sums, rests):
        for row, total in zip(rows, totals, strict=True):
            numbers = _load(builder, row, place, width)
            _add(builder, total, numbers, numbers)
    for number, parts in enumerate(zip(rests, sums, strict=True)):
        builder.store(_sum(builder, *parts), builder.gep(squares, [_INT64(number)]))


def _emit_inner(builder: Any, some: Any, row: Any, others: Any, other: Any, d: Any) -> Any:
    pairs = ((some, row), (others, other))
    rows = [builder.gep(base, [builder.mul(builder.sext(number, _INT64), d)]) for base, number in pairs]
    lanes, rest = _zero(builder, _DOUBLE, _LANES), _zero(builder, _DOUBLE, 1)
    for width, total, place in _along(builder, d, lanes, rest):
        kind = ir.VectorType(_DOUBLE, width)
        _add(builder, total, *(builder.fpext(_load(builder, base, place, width), kind) for base in rows))
    return _sum(builder, rest, lanes)


def _emit_fetch(builder: Any, rows: Any, row: Any, d: Any) -> None:
    start = builder.mul(row, d)
    with cgutils.for_range_slice(builder, start, builder.add(start, d), _INT64(_LINE), _INT64) as (place, _):
        _fetch(builder, builder.gep(rows, [place]))


def _along(builder: Any, d: Any, wide: Any, single: Any) -> Iterator[tuple[int, Any, Any]]:
    """Two loops along `d` numbers, by the width of `wide` and for the rest one by one: width, sums and place."""
    width = (wide[0] if isinstance(wide, list) else wide).type.pointee.count
    whole = builder.and_(d, _INT64(-width))
    for begin, end, step, sums in ((_INT64(0), whole, width, wide), (whole, d, 1, single)):
        with cgutils.for_range_slice(builder, begin, end, _INT64(step), _INT64) as (place, _):
            yield step, sums, place


def _sum(builder: Any, *parts: Any) -> Any:
    """The numbers of vectors, added up one after the other."""
    vectors = [builder.load(part) for part in parts]
    numbers = [
        builder.extract_element(each, ir.IntType(32)(lane)) for each in vectors for lane in range(each.type.count)
    ]
    return functools.reduce(builder.fadd, numbers)


def _zero(builder: Any, kind: Any, width: int) -> Any:
    return _variable(builder, ir.Constant(ir.VectorType(kind, width), [0.0] * width))


def _add(builder: Any, total: Any, one: Any, other: Any) -> None:
    """Add a product, rounded once where the machine can."""
    product = builder.fmul(one, other, flags=("contract",))
    builder.store(builder.fadd(builder.load(total), product, flags=("contract",)), total)


def _plus(builder: Any, place: Any, vector: int) -> Any:
    return builder.add(place, _INT64(vector * WIDTH))


def _load(builder: Any, base: Any, place: Any, width: int) -> Any:
    kind = ir.VectorType(_FLOAT, width).as_pointer()
    vector = builder.load(builder.bitcast(builder.gep(base, [place]), kind))
    vector.align = 4
    return vector


def _store(builder: Any, vector: Any, base: Any, place: Any) -> None:
    builder.store(vector, builder.bitcast(builder.gep(base, [place]), vector.type.as_pointer())).align = 4


def _repeat(builder: Any, number: Any) -> Any:
    """`number` in all places."""
    first = builder.insert_element(ir.Constant(ir.VectorType(_FLOAT, WIDTH), ir.Undefined), number, ir.IntType(32)(0))
    return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH))


def _fetch(builder: Any, address: Any) -> None:
    """Have memory brought into the cache to be read; an address beyond the end does no harm."""
    pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
    name = "llvm.prefetch.p0"
    kind = ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    builder.call(function, [builder.bitcast(address, pointer), word(0), word(3), word(1)])


tile_of_one, tile_of_two, tile_of_three = (instructions(_emit_tile(n), types.int64) for n in (1, 2, 3))
"""`tile_of_one(panel, index, first, last, d, floors, products)` multiplies the ROWS rows from `first` with a panel.

`panel` is (d, PANEL), `index` (n_index, d), its last row `last`, `floors` (PANEL,); `products`, (ROWS * PANEL,), is
filled. Returns which rows reach any floor, a bit each; NaN reaches none. Only the first 1, 2 or 3 thirds of the panel
are looked at.
"""

columns = instructions(_emit_columns, types.int64)
"""`columns(products, number, floors)` tells which queries a row of a tile reaches the floors of, a bit each."""

fetch = instructions(_emit_fetch)
"""`fetch(rows, row, d)` has a row brought into the cache; one that does not exist does no harm."""

squares = instructions(_emit_squares)
"""`squares(index, first, last, d, sums)` fills `sums`, (ROWS,) float32, with squared lengths of the rows of a tile."""

inner = instructions(_emit_inner, types.float64)
"""`inner(some, row, others, other, d)` is the inner product of a row of `some` and one of `others`, (any, d) float32.

It is a float64, summed in an order of its own. Products of float32 are exact in float64, so that it
is the same on every machine.
"""
