"""Inner products of a few index rows with a panel of queries, summed in registers: the innermost loop of the scan.

A panel holds up to 48 queries number by number, so that a number of an index row is multiplied with those of many
queries at once. The index is read as it lies. The sums are float32; `inner` gives those that are reported.
"""

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils

from solutions.kernels.jit import instructions
from solutions.neighbours.kernels.simd_ops import (
    FLOAT,
    INT32,
    INT64,
    PANEL,
    ROWS,
    VECTORS,
    WIDTH,
    add,
    bits,
    fetch_line,
    load,
    of_so_many,
    plus,
    reaching,
    repeat,
    zero,
)

_AHEAD = 2 * ROWS  # rows whose memory is fetched before they are asked for
_LANES = 16  # of sums that are added up at the end; another number would give other last bits
_LINE = 16  # float32 that are fetched together
_DOUBLE = ir.DoubleType()


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


def _emit_tile(  # noqa: PLR0913, PLR0917 (of arrays only the address arrives)
    builder: Any, panel: Any, index: Any, first: Any, last: Any, d: Any, n_vectors: Any, floors: Any, products: Any
) -> Any:
    rows = [_row(builder, index, builder.add(first, INT64(number)), last, d) for number in range(ROWS)]
    later = builder.gep(index, [builder.mul(builder.add(first, INT64(_AHEAD)), d)])

    def of_vectors(count: int) -> Any:
        sums = [[zero(builder, FLOAT, WIDTH) for _ in range(count)] for _ in rows]
        with cgutils.for_range(builder, d, intp=INT64) as loop:
            fetch_line(builder, builder.gep(later, [builder.mul(loop.index, INT64(ROWS))]))
            place = builder.mul(loop.index, INT64(PANEL))
            queries = [load(builder, panel, plus(builder, place, vector), WIDTH) for vector in range(count)]
            for row, totals in zip(rows, sums, strict=True):
                number = repeat(builder, builder.load(builder.gep(row, [loop.index])))
                for query, total in zip(queries, totals, strict=True):
                    add(builder, total, number, query)
        columns = ([builder.load(total) for total in totals] for totals in zip(*sums, strict=True))
        return reaching(builder, columns, floors, products)

    return of_so_many(builder, n_vectors, of_vectors)


def _row(builder: Any, index: Any, row: Any, last: Any, d: Any) -> Any:
    """Where a row starts; beyond the last one, that is taken again."""
    there = builder.select(builder.icmp_signed("<", row, last), row, last)
    return builder.gep(index, [builder.mul(there, d)])


def _emit_columns(builder: Any, products: Any, number: Any, floors: Any) -> Any:
    start, columns = builder.mul(number, INT64(PANEL)), INT64(0)
    for vector in range(VECTORS):
        product = load(builder, products, plus(builder, start, vector), WIDTH)
        reached = builder.shl(bits(builder, product, floors, vector), INT64(vector * WIDTH))
        columns = builder.or_(columns, reached)
    return columns


def _emit_squares(builder: Any, index: Any, first: Any, last: Any, d: Any, squares: Any) -> None:
    rows = [_row(builder, index, builder.add(first, INT64(number)), last, d) for number in range(ROWS)]
    sums, rests = ([zero(builder, FLOAT, width) for _ in rows] for width in (WIDTH, 1))
    for width, totals, place in _along(builder, d, sums, rests):
        for row, total in zip(rows, totals, strict=True):
            numbers = load(builder, row, place, width)
            add(builder, total, numbers, numbers)
    for number, parts in enumerate(zip(rests, sums, strict=True)):
        builder.store(_sum(builder, *parts), builder.gep(squares, [INT64(number)]))


def _emit_inner(builder: Any, some: Any, row: Any, others: Any, other: Any, d: Any) -> Any:
    pairs = ((some, row), (others, other))
    rows = [builder.gep(base, [builder.mul(builder.sext(number, INT64), d)]) for base, number in pairs]
    lanes, rest = zero(builder, _DOUBLE, _LANES), zero(builder, _DOUBLE, 1)
    for width, total, place in _along(builder, d, lanes, rest):
        kind = ir.VectorType(_DOUBLE, width)
        add(builder, total, *(builder.fpext(load(builder, base, place, width), kind) for base in rows))
    return _sum(builder, rest, lanes)


def _emit_fetch(builder: Any, rows: Any, row: Any, d: Any) -> None:
    start = builder.mul(row, d)
    with cgutils.for_range_slice(builder, start, builder.add(start, d), INT64(_LINE), INT64) as (place, _):
        fetch_line(builder, builder.gep(rows, [place]))


def _along(builder: Any, d: Any, wide: Any, single: Any) -> Iterator[tuple[int, Any, Any]]:
    """Two loops along `d` numbers, by the width of `wide` and for the rest one by one: width, sums and place."""
    width = (wide[0] if isinstance(wide, list) else wide).type.pointee.count
    whole = builder.and_(d, INT64(-width))
    for begin, end, step, sums in ((INT64(0), whole, width, wide), (whole, d, 1, single)):
        with cgutils.for_range_slice(builder, begin, end, INT64(step), INT64) as (place, _):
            yield step, sums, place


def _sum(builder: Any, *parts: Any) -> Any:
    """The numbers of vectors, added up one after the other."""
    vectors = [builder.load(part) for part in parts]
    numbers = [builder.extract_element(each, INT32(lane)) for each in vectors for lane in range(each.type.count)]
    return functools.reduce(builder.fadd, numbers)


tile = instructions(_emit_tile, types.int64)
"""`tile(panel, index, first, last, d, n_vectors, floors, products)` multiplies the ROWS rows from `first` with a panel.

`panel` is (d, PANEL), `index` (n_index, d), its last row `last`, `floors` (PANEL,); `products`, (ROWS * PANEL,), is
filled. Returns which rows reach any floor, a bit each; NaN reaches none. Only the first `n_vectors` thirds of the panel
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
