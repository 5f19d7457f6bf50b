"""Poolings as `descriptors.pooling` has them, in keras.ops, so that what lies below them can be taught."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from solutions.descriptors.pooling.pooling import POWER

_SMALLEST = 1e-6  # of what gem raises
_SHORTEST = 1e-24  # squared length that is divided by


def side_by_side(maps: Any, poolings: tuple[str, ...]) -> Any:
    """Return the poolings `(n, d)` of feature maps `(n, h, w, c)` next to each other, each of length one."""
    from keras import ops

    return ops.concatenate([_unit(POOLED[name](maps)) for name in poolings], axis=1)


def _mac(maps: Any) -> Any:
    from keras import ops

    return ops.max(maps, axis=(1, 2))


def _spoc(maps: Any) -> Any:
    from keras import ops

    return ops.mean(maps, axis=(1, 2))


def _gem(maps: Any) -> Any:
    from keras import ops

    return ops.mean(ops.maximum(maps, _SMALLEST) ** POWER, axis=(1, 2)) ** (1 / POWER)


def _unit(rows: Any) -> Any:
    from keras import ops

    squared = ops.sum(rows * rows, axis=1, keepdims=True)
    return rows / ops.sqrt(ops.maximum(squared, _SHORTEST))


POOLED: Mapping[str, Callable[[Any], Any]] = {"mac": _mac, "spoc": _spoc, "gem": _gem}
