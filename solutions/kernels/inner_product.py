"""Inner products of float32 rows, summed in float64 in a fixed order: bit-identical on every machine, compiled or not.

Products of float32 are exact in float64. `_LANES` partial sums run over the columns and are added up at the end.
"""

from typing import Any

import numpy as np

from harness import instructions

_LANES = 16  # partial sums; another number changes the last bits
_CHUNK = 2**15  # partial sums that `inner_products` computes at once


def inner_products(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the inner products of all pairs of rows `(n, d)` and `(m, d)` float32: `(n, m)` float64."""
    products = np.empty((len(some), len(others)))
    chunk = max(1, _CHUNK // (_LANES * max(1, len(others))))
    for start in range(0, len(some), chunk):
        products[start : start + chunk] = paired_inner_products(some[start : start + chunk, None], others)
    return products


def paired_inner_products(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the inner products of rows `(..., d)` float32 that broadcast: `(...)` float64, as `inner_product` does.

    >>> paired_inner_products(np.ones((2, 3), np.float32), np.eye(2, 3, dtype=np.float32)).tolist()
    [1.0, 1.0]
    """
    some, others = some.astype(np.float64), others.astype(np.float64)
    whole = some.shape[-1] // _LANES * _LANES
    shape = np.broadcast_shapes(some.shape[:-1], others.shape[:-1])
    lanes, total = np.zeros((*shape, _LANES)), np.zeros(shape)
    with np.errstate(all="ignore"):
        for place in range(0, whole, _LANES):
            lanes += some[..., place : place + _LANES] * others[..., place : place + _LANES]
        for place in range(whole, some.shape[-1]):
            total += some[..., place] * others[..., place]
        for lane in range(_LANES):
            total += lanes[..., lane]
    return total


def _emit(builder: Any, some: Any, row: Any, others: Any, other: Any, d: Any) -> Any:
    from llvmlite import ir

    from solutions.kernels.float_vectors import DOUBLE, INT64, accumulate, along, load, sum_in_order, zero

    pairs = ((some, row), (others, other))
    rows = [builder.gep(base, [builder.mul(builder.sext(number, INT64), d)]) for base, number in pairs]
    lanes, rest = zero(builder, DOUBLE, _LANES), zero(builder, DOUBLE, 1)
    for width, total, place in along(builder, d, lanes, rest):
        kind = ir.VectorType(DOUBLE, width)
        accumulate(builder, total, *(builder.fpext(load(builder, base, place, width), kind) for base in rows))
    return sum_in_order(builder, rest, lanes)


def _plain(some: np.ndarray, row: int, others: np.ndarray, other: int, _: int) -> float:
    return float(inner_products(some[row : row + 1], others[other : other + 1])[0, 0])


inner_product = instructions(_emit, "float64", _plain)
"""`inner_product(some, row, others, other, d)` is that of a row of `some` and one of `others`, `(any, d)` float32."""
