"""Building blocks of tiles, as functions of an LLVM builder: vectors of float32 or int32 as wide as a register.

A tile multiplies ROWS index rows with a panel of PANEL queries, whose sums stay in registers.
"""

from collections.abc import Callable, Iterable
from typing import Any

from llvmlite import binding, ir

from solutions.kernels.float_vectors import INT32, INT64, load, variable

WIDTH, ROWS = (16, 8) if binding.get_host_cpu_features().get("avx512f") else (8, 4)  # numbers in a register; rows
VECTORS = 3  # of a panel: ROWS * 3 sums and their operands fit into the registers
PANEL = VECTORS * WIDTH  # queries


def offset(builder: Any, place: Any, vector: int) -> Any:
    """Return the place `vector` vectors after `place`."""
    return builder.add(place, INT64(vector * WIDTH))


def broadcast(builder: Any, number: Any) -> Any:
    """Return a vector of WIDTH times `number`."""
    first = builder.insert_element(ir.Constant(ir.VectorType(number.type, WIDTH), ir.Undefined), number, INT32(0))
    return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(INT32, WIDTH), [0] * WIDTH))


def prefetch_line(builder: Any, address: Any) -> None:
    """Prefetch the cache line of an address for reading; an address beyond the end does no harm."""
    pointer = ir.IntType(8).as_pointer()
    name = "llvm.prefetch.p0"
    kind = ir.FunctionType(ir.VoidType(), [pointer, INT32, INT32, INT32])
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    builder.call(function, [builder.bitcast(address, pointer), INT32(0), INT32(3), INT32(1)])


def for_vector_count(builder: Any, n_vectors: Any, emit: Callable[[int], Any]) -> Any:
    """Emit code for each number of vectors in a panel; the right one is chosen at run time. Returns its result."""
    result = variable(builder, INT64(0))
    for count in range(1, VECTORS + 1):
        with builder.if_then(builder.icmp_signed("==", n_vectors, INT64(count))):
            builder.store(emit(count), result)
    return builder.load(result)


def rows_above(builder: Any, columns: Iterable[list[Any]], thresholds: Any, products: Any) -> Any:
    """Store the products of a tile, vector by vector; return which rows reach a threshold, a bit each."""
    reached = [ir.Constant(ir.VectorType(ir.IntType(1), WIDTH), [0] * WIDTH)] * ROWS
    for vector, column in enumerate(columns):
        threshold = load(builder, thresholds, INT64(vector * WIDTH), WIDTH)
        for number, product in enumerate(column):
            _store(builder, product, products, INT64(number * PANEL + vector * WIDTH))
            reached[number] = builder.or_(reached[number], builder.fcmp_ordered(">=", product, threshold))
    rows = INT64(0)
    for number, some in enumerate(reached):
        is_any = builder.icmp_unsigned("!=", builder.bitcast(some, ir.IntType(WIDTH)), ir.IntType(WIDTH)(0))
        rows = builder.or_(rows, builder.shl(builder.zext(is_any, INT64), INT64(number)))
    return rows


def bits_above(builder: Any, product: Any, thresholds: Any, vector: int) -> Any:
    """Return which numbers of a vector reach their thresholds, a bit each."""
    reached = builder.fcmp_ordered(">=", product, load(builder, thresholds, INT64(vector * WIDTH), WIDTH))
    return builder.zext(builder.bitcast(reached, ir.IntType(WIDTH)), INT64)


def _store(builder: Any, vector: Any, base: Any, place: Any) -> None:
    builder.store(vector, builder.bitcast(builder.gep(base, [place]), vector.type.as_pointer())).align = 4
