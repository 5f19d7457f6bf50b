"""Inner products of a few index rows with a panel of queries in float32: the innermost loop of `scan`.

A panel holds up to PANEL queries column by column, so that a number of a row is multiplied with many queries at once.
The index is read in its own layout.
"""

from typing import Any

import numpy as np
from numba.core import cgutils

from harness import instructions
from solutions.kernels.float_vectors import FLOAT, INT64, accumulate, along, load, sum_in_order, zero
from solutions.neighbours.kernels.simd_ops import (
    PANEL,
    ROWS,
    VECTORS,
    WIDTH,
    bits_above,
    broadcast,
    for_vector_count,
    offset,
    prefetch_line,
    rows_above,
)

_PREFETCH = 2 * ROWS  # rows ahead of which memory is prefetched
_LINE = 16  # float32 of a cache line


def pack_panels(queries: np.ndarray) -> np.ndarray:
    """Return queries (n, d) as (n_panels, d, PANEL) float32, padded with zeros.

    >>> pack_panels(np.ones((3, 2), np.float32)).sum(axis=2).tolist()
    [[3.0, 3.0]]
    """
    n_queries, d = queries.shape
    n_panels = -(-n_queries // PANEL)
    padded = np.zeros((n_panels * PANEL, d), np.float32)
    padded[:n_queries] = queries
    return np.ascontiguousarray(padded.reshape(n_panels, PANEL, d).transpose(0, 2, 1))


def _emit_tile(  # noqa: PLR0913, PLR0917 (of arrays only the address arrives)
    builder: Any, panel: Any, index: Any, first: Any, last: Any, d: Any, n_vectors: Any, thresholds: Any, products: Any
) -> Any:
    rows = [_row(builder, index, builder.add(first, INT64(number)), last, d) for number in range(ROWS)]
    later = builder.gep(index, [builder.mul(builder.add(first, INT64(_PREFETCH)), d)])

    def of_vectors(count: int) -> Any:
        sums = [[zero(builder, FLOAT, WIDTH) for _ in range(count)] for _ in rows]
        with cgutils.for_range(builder, d, intp=INT64) as loop:
            prefetch_line(builder, builder.gep(later, [builder.mul(loop.index, INT64(ROWS))]))
            place = builder.mul(loop.index, INT64(PANEL))
            queries = [load(builder, panel, offset(builder, place, vector), WIDTH) for vector in range(count)]
            for row, totals in zip(rows, sums, strict=True):
                number = broadcast(builder, builder.load(builder.gep(row, [loop.index])))
                for query, total in zip(queries, totals, strict=True):
                    accumulate(builder, total, number, query)
        columns = ([builder.load(total) for total in totals] for totals in zip(*sums, strict=True))
        return rows_above(builder, columns, thresholds, products)

    return for_vector_count(builder, n_vectors, of_vectors)


def _row(builder: Any, index: Any, row: Any, last: Any, d: Any) -> Any:
    """Return the address of a row; of the last row if `row` is beyond it."""
    there = builder.select(builder.icmp_signed("<", row, last), row, last)
    return builder.gep(index, [builder.mul(there, d)])


def _emit_columns(builder: Any, products: Any, number: Any, thresholds: Any) -> Any:
    start, columns = builder.mul(number, INT64(PANEL)), INT64(0)
    for vector in range(VECTORS):
        product = load(builder, products, offset(builder, start, vector), WIDTH)
        reached = builder.shl(bits_above(builder, product, thresholds, vector), INT64(vector * WIDTH))
        columns = builder.or_(columns, reached)
    return columns


def _emit_squares(builder: Any, index: Any, first: Any, last: Any, d: Any, squares: Any) -> None:
    rows = [_row(builder, index, builder.add(first, INT64(number)), last, d) for number in range(ROWS)]
    sums, rests = ([zero(builder, FLOAT, width) for _ in rows] for width in (WIDTH, 1))
    for width, totals, place in along(builder, d, sums, rests):
        for row, total in zip(rows, totals, strict=True):
            numbers = load(builder, row, place, width)
            accumulate(builder, total, numbers, numbers)
    for number, parts in enumerate(zip(rests, sums, strict=True)):
        builder.store(sum_in_order(builder, *parts), builder.gep(squares, [INT64(number)]))


def _emit_prefetch(builder: Any, rows: Any, row: Any, d: Any) -> None:
    start = builder.mul(row, d)
    with cgutils.for_range_slice(builder, start, builder.add(start, d), INT64(_LINE), INT64) as (place, _):
        prefetch_line(builder, builder.gep(rows, [place]))


float_tile = instructions(_emit_tile, "int64")
"""`float_tile(panel, index, first, last, d, n_vectors, thresholds, products)` multiplies ROWS rows with a panel.

The rows are those of `index` (n_index, d) from `first`; its last row is `last`. `panel` is (d, PANEL), `thresholds`
(PANEL,); `products`, (ROWS * PANEL,), is filled. Returns which rows reach a threshold, a bit each; NaN reaches none.
Only the first `n_vectors` vectors of the panel are used.
"""

columns_above = instructions(_emit_columns, "int64")
"""`columns_above(products, number, thresholds)` returns which thresholds a row of a tile reaches, a bit each."""

prefetch_row = instructions(_emit_prefetch)
"""`prefetch_row(rows, row, d)` brings a row into the cache; a row that does not exist does no harm."""

squared_norms = instructions(_emit_squares)
"""`squared_norms(index, first, last, d, squares)` fills `squares`, (ROWS,) float32, for the rows of a tile."""
