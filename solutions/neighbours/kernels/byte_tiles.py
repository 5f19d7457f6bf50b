"""Inner products of bytes: a few index rows with a panel of queries, four numbers at a time by one instruction.

The instruction is Intel's VPDPBUSD: it adds four products of unsigned and signed bytes to an int32.
"""

from collections.abc import Iterator
from typing import Any

from llvmlite import binding, ir
from numba.core import cgutils
from numba.core.registry import cpu_target

from harness import instructions
from solutions.kernels.float_vectors import FLOAT, INT32, INT64, load, multiply_add, variable
from solutions.neighbours.kernels.simd_ops import (
    PANEL,
    ROWS,
    WIDTH,
    broadcast,
    for_vector_count,
    offset,
    rows_above,
)

EXTRA = 2  # words after those of the bytes
_INTEGERS, _FLOATS = (ir.VectorType(kind, WIDTH) for kind in (INT32, FLOAT))
_FEATURE, _PREFIX, _REGISTER = ("avx512vnni", "", "v") if WIDTH == 16 else ("avxvnni", "{vex} ", "x")


def is_available() -> bool:
    """Return whether kernels are compiled for a machine that has the instruction."""
    if f"+{_FEATURE}" not in cpu_target.target_context.codegen().magic_tuple()[2].split(","):
        return False
    binding.initialize_native_asmparser()
    return True


def _emit_tile(
    builder: Any, panel: Any, tiles: Any, first: Any, _: Any, n_words: Any, n_vectors: Any, limits: Any, products: Any
) -> Any:
    rows = builder.gep(tiles, [builder.mul(first, builder.add(n_words, INT64(EXTRA)))])

    def of_vectors(count: int) -> Any:
        starts = _of_rows(builder, rows, n_words)
        sums = [[variable(builder, start) for _ in range(count)] for start in starts]
        with cgutils.for_range(builder, n_words, intp=INT64) as loop:
            queries = [_of_queries(builder, panel, loop.index, vector) for vector in range(count)]
            for row, totals in zip(_of_rows(builder, rows, loop.index), sums, strict=True):
                for query, total in zip(queries, totals, strict=True):
                    builder.store(_plus_bytes(builder, builder.load(total), query, row), total)
        return rows_above(builder, _products(builder, panel, rows, n_words, sums), limits, products)

    return for_vector_count(builder, n_vectors, of_vectors)


def _of_rows(builder: Any, rows: Any, place: Any) -> Iterator[Any]:
    """Yield the number at a place of each row, broadcast to a vector."""
    first = builder.gep(rows, [builder.mul(place, INT64(ROWS))])
    for number in range(ROWS):
        yield broadcast(builder, builder.load(builder.gep(first, [INT64(number)])))


def _of_queries(builder: Any, panel: Any, place: Any, vector: int) -> Any:
    return load(builder, panel, offset(builder, builder.mul(place, INT64(PANEL)), vector), WIDTH)


def _plus_bytes(builder: Any, total: Any, query: Any, row: Any) -> Any:
    kind = ir.FunctionType(_INTEGERS, [_INTEGERS] * 3)
    text, constraints = f"{_PREFIX}vpdpbusd $2, $3, $0", f"={_REGISTER},0,{_REGISTER},{_REGISTER}"
    return builder.asm(kind, text, constraints, [total, row, query], side_effect=False)


def _products(builder: Any, panel: Any, rows: Any, n_words: Any, sums: list[list[Any]]) -> Iterator[list[Any]]:
    """Yield the sums as scaled float32, with the products of the last numbers added."""
    panel, rows = (builder.bitcast(numbers, FLOAT.as_pointer()) for numbers in (panel, rows))
    after = builder.add(n_words, INT64(1))
    for vector, totals in enumerate(zip(*sums, strict=True)):
        scale, weight = (_of_queries(builder, panel, place, vector) for place in (n_words, after))
        products = []
        for last, total in zip(_of_rows(builder, rows, after), totals, strict=True):
            added = builder.fmul(last, weight)
            products.append(multiply_add(builder, added, builder.sitofp(builder.load(total), _FLOATS), scale))
        yield products


byte_tile = instructions(_emit_tile, "int64")
"""`byte_tile(panel, tiles, first, last, n_words, n_vectors, thresholds, products)` is `float_tile` of quantised rows.

`panel` is (n_words + EXTRA, PANEL) int32: words of four unsigned bytes of each query, then, as float32, the scale of
its sums and the weight of the last number of each row. `tiles` is (n_tiles, n_words + EXTRA, ROWS) int32: words of four
signed bytes of each row, then the start of its sums and, as float32, its last number. `first` is the first row of a
tile; `last` is not used.
"""
