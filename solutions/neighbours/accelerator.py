"""Nearest neighbours on the accelerator that Keras uses: candidates by blocks there, exact ranking on the CPU.

Inner products are computed in float32, or in bfloat16, which is faster and has errors of up to 1 in 256. Therefore more
than k candidates are kept, and ranked by exact inner products. The result is that of `exact.nearest`, except that a row
may be missed which is as near as the k-th within the rounding of the accelerator. The back end of Keras is an
extra.
"""

from importlib.util import find_spec
from typing import Any, Literal

import numpy as np

from harness import HarnessError, install_command
from solutions.neighbours.exact_rerank import rerank_exactly
from solutions.neighbours.neighbours import Neighbours, are_readable, as_descriptors, empty_neighbours

_QUERIES, _ROWS = 4096, 2**17  # of a block of inner products: 2 GB of float32
_EXTRA = 32  # candidates beyond 1.5 k


def has_accelerator() -> bool:
    """Return whether Keras is installed and has a GPU or TPU."""
    if find_spec("keras") is None:
        return False
    import keras

    return any(keras.distribution.list_devices(kind) for kind in ("gpu", "tpu"))


def nearest(
    queries: np.ndarray, index: np.ndarray, k: int, kind: Literal["float32", "bfloat16"] = "float32"
) -> Neighbours:
    """Return the k nearest rows of `index` (n_index, d) to each of `queries` (n_queries, d), float32 or bfloat16."""
    if find_spec("keras") is None:
        raise HarnessError(f"keras is not installed; install it with: {install_command()}")
    if not (len(index) and len(queries)):
        return empty_neighbours(len(queries), k)
    candidates = _candidates(queries, index, min(len(index), k + k // 2 + _EXTRA), kind)
    return rerank_exactly(queries, index, candidates, k)


def _candidates(queries: np.ndarray, index: np.ndarray, n_wanted: int, kind: str) -> np.ndarray:
    """Return the positions of the largest products, (n_queries, n_wanted), in any order; -1 for unreadable rows."""
    chunks = [_as_tensor(queries[start : start + _QUERIES], kind)[0] for start in range(0, len(queries), _QUERIES)]
    best: list[Any] = [None] * len(chunks)
    for start in range(0, len(index), _ROWS):  # the outer loop, so that the index is transferred once
        rows, penalty = _as_tensor(index[start : start + _ROWS], kind)
        best = [
            _merge(one, *_highest(chunk, rows, penalty, start, n_wanted), n_wanted)
            for one, chunk in zip(best, chunks, strict=True)
        ]
    return np.concatenate([np.where(np.isneginf(sums), -1, positions) for sums, positions in best])


def _as_tensor(rows: np.ndarray, kind: str) -> tuple[Any, Any]:
    """Return rows as a tensor, unreadable ones as zeros, and the penalty to add to their products (0 or -inf)."""
    from keras import ops

    numbers = as_descriptors(rows)
    unreadable = ~are_readable(numbers)
    padded = np.where(unreadable[:, None], np.float32(0), numbers)
    return ops.convert_to_tensor(padded, dtype=kind), ops.convert_to_tensor(
        np.where(unreadable, -np.inf, 0).astype(np.float32)
    )


def _highest(queries: Any, rows: Any, penalty: Any, start: int, n_wanted: int) -> tuple[Any, Any]:
    from keras import ops

    products = ops.cast(ops.matmul(queries, ops.transpose(rows)), "float32") + penalty
    sums, places = ops.top_k(products, min(n_wanted, len(penalty)))
    return sums, ops.cast(places, "int32") + start


def _merge(best: Any, sums: Any, positions: Any, n_wanted: int) -> Any:
    from keras import ops

    if best is None:
        return sums, positions
    sums, positions = ops.concatenate([best[0], sums], axis=1), ops.concatenate([best[1], positions], axis=1)
    sums, places = ops.top_k(sums, min(n_wanted, sums.shape[1]))
    return sums, ops.take_along_axis(positions, ops.cast(places, "int32"), axis=1)
