"""Vectors of float32 or int32 in registers: the pieces that tiles are written with, functions of an LLVM builder.

A tile is ROWS index rows held against a panel of PANEL queries, whose sums are kept in registers.
"""

from collections.abc import Callable, Iterable
from typing import Any

from llvmlite import binding, ir
from numba.core import cgutils

WIDTH, ROWS = (16, 8) if binding.get_host_cpu_features().get("avx512f") else (8, 4)  # numbers to a register; rows
VECTORS = 3  # in a panel: ROWS * 3 sums, and what is added to them, fit into the registers
PANEL = VECTORS * WIDTH  # queries
INT32, INT64, FLOAT = ir.IntType(32), ir.IntType(64), ir.FloatType()
variable: Any = cgutils.alloca_once_value


def zero(builder: Any, kind: Any, width: int) -> Any:
    """A variable that holds zeros."""
    return variable(builder, ir.Constant(ir.VectorType(kind, width), [0.0] * width))


def add(builder: Any, total: Any, one: Any, other: Any) -> None:
    """Add a product to a variable, rounded once where the machine can."""
    builder.store(plus_product(builder, builder.load(total), one, other), total)


def plus_product(builder: Any, number: Any, one: Any, other: Any) -> Any:
    product = builder.fmul(one, other, flags=("contract",))
    return builder.fadd(number, product, flags=("contract",))


def plus(builder: Any, place: Any, vector: int) -> Any:
    """The place so many vectors on."""
    return builder.add(place, INT64(vector * WIDTH))


def load(builder: Any, base: Any, place: Any, width: int) -> Any:
    """A vector of what `base` points to."""
    kind = ir.VectorType(base.type.pointee, width).as_pointer()
    vector = builder.load(builder.bitcast(builder.gep(base, [place]), kind))
    vector.align = 4
    return vector


def repeat(builder: Any, number: Any) -> Any:
    """`number` in all places."""
    first = builder.insert_element(ir.Constant(ir.VectorType(number.type, WIDTH), ir.Undefined), number, INT32(0))
    return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(INT32, WIDTH), [0] * WIDTH))


def fetch_line(builder: Any, address: Any) -> None:
    """Have memory brought into the cache to be read; an address beyond the end does no harm."""
    pointer = ir.IntType(8).as_pointer()
    name = "llvm.prefetch.p0"
    kind = ir.FunctionType(ir.VoidType(), [pointer, INT32, INT32, INT32])
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    builder.call(function, [builder.bitcast(address, pointer), INT32(0), INT32(3), INT32(1)])


def of_so_many(builder: Any, n_vectors: Any, emit: Callable[[int], Any]) -> Any:
    """What `emit` gives for so many vectors of a panel; how many is known when the instructions run."""
    result = variable(builder, INT64(0))
    for count in range(1, VECTORS + 1):
        with builder.if_then(builder.icmp_signed("==", n_vectors, INT64(count))):
            builder.store(emit(count), result)
    return builder.load(result)


def reaching(builder: Any, columns: Iterable[list[Any]], floors: Any, products: Any) -> Any:
    """Write the products of a tile, vector by vector, and return which rows reach any floor, a bit each."""
    reached = [ir.Constant(ir.VectorType(ir.IntType(1), WIDTH), [0] * WIDTH)] * ROWS
    for vector, column in enumerate(columns):
        floor = load(builder, floors, INT64(vector * WIDTH), WIDTH)
        for number, product in enumerate(column):
            _store(builder, product, products, INT64(number * PANEL + vector * WIDTH))
            reached[number] = builder.or_(reached[number], builder.fcmp_ordered(">=", product, floor))
    rows = INT64(0)
    for number, some in enumerate(reached):
        is_any = builder.icmp_unsigned("!=", builder.bitcast(some, ir.IntType(WIDTH)), ir.IntType(WIDTH)(0))
        rows = builder.or_(rows, builder.shl(builder.zext(is_any, INT64), INT64(number)))
    return rows


def bits(builder: Any, product: Any, floors: Any, vector: int) -> Any:
    """Which numbers of a register reach their floors, a bit each."""
    reached = builder.fcmp_ordered(">=", product, load(builder, floors, INT64(vector * WIDTH), WIDTH))
    return builder.zext(builder.bitcast(reached, ir.IntType(WIDTH)), INT64)


def _store(builder: Any, vector: Any, base: Any, place: Any) -> None:
    builder.store(vector, builder.bitcast(builder.gep(base, [place]), vector.type.as_pointer())).align = 4
