"""Vectors of float32 or float64 of any width: building blocks of kernels, as functions of an LLVM builder.

Compiled code only.
"""

import functools
from collections.abc import Iterator
from typing import Any

from llvmlite import ir
from numba.core import cgutils

INT32, INT64, FLOAT, DOUBLE = ir.IntType(32), ir.IntType(64), ir.FloatType(), ir.DoubleType()
variable: Any = cgutils.alloca_once_value


def zero(builder: Any, kind: Any, width: int) -> Any:
    """Return a variable that holds a vector of zeros."""
    return variable(builder, ir.Constant(ir.VectorType(kind, width), [0.0] * width))


def accumulate(builder: Any, total: Any, one: Any, other: Any) -> None:
    """Add a product to the variable `total`."""
    builder.store(multiply_add(builder, builder.load(total), one, other), total)


def multiply_add(builder: Any, number: Any, one: Any, other: Any) -> Any:
    """Return number + one * other, rounded once where the machine has fused multiply-add."""
    product = builder.fmul(one, other, flags=("contract",))
    return builder.fadd(number, product, flags=("contract",))


def load(builder: Any, base: Any, place: Any, width: int) -> Any:
    """Load `width` numbers from `place` on, of the type that `base` points to."""
    kind = ir.VectorType(base.type.pointee, width).as_pointer()
    vector = builder.load(builder.bitcast(builder.gep(base, [place]), kind))
    vector.align = 4
    return vector


def along(builder: Any, d: Any, wide: Any, single: Any) -> Iterator[tuple[int, Any, Any]]:
    """Emit two loops along `d` numbers: by the width of `wide`, then one by one. Yields width, sums and place."""
    width = (wide[0] if isinstance(wide, list) else wide).type.pointee.count
    whole = builder.and_(d, INT64(-width))
    for begin, end, step, sums in ((INT64(0), whole, width, wide), (whole, d, 1, single)):
        with cgutils.for_range_slice(builder, begin, end, INT64(step), INT64) as (place, _):
            yield step, sums, place


def sum_in_order(builder: Any, *parts: Any) -> Any:
    """Return the sum of all elements of the vectors in these variables, added one after the other."""
    vectors = [builder.load(part) for part in parts]
    numbers = [builder.extract_element(each, INT32(lane)) for each in vectors for lane in range(each.type.count)]
    return functools.reduce(builder.fadd, numbers)
