"""Nearest neighbours on whatever Keras computes on: candidates by blocks there, their order here.

Inner products are computed in float32, or in bfloat16, which is faster and wrong by up to 1 in 256. More than k
candidates are therefore taken, and ordered by the exact similarities of `nearest`. Its answer is returned, but that a
row which is as near as the k-th, within the rounding of the accelerator, may be missed for another. Keras and its
backend come with `landmark[networks]`.
"""

from importlib.util import find_spec
from typing import Any, Literal

import numpy as np

from harness import HarnessError
from solutions.neighbours.exact_rerank import reranked
from solutions.neighbours.neighbours import Neighbours, are_readable, lent, no_neighbours

_QUERIES, _ROWS = 4096, 2**17  # whose inner products are held there at once: 2 GB of float32
_BEYOND = 32  # candidates, besides half as many as are wanted


def is_there() -> bool:
    """Tell whether Keras is installed and has something faster than a CPU to compute on."""
    if find_spec("keras") is None:
        return False
    import keras

    return any(keras.distribution.list_devices(kind) for kind in ("gpu", "tpu"))


def nearest(
    queries: np.ndarray, index: np.ndarray, k: int, kind: Literal["float32", "bfloat16"] = "float32"
) -> Neighbours:
    """Return the k nearest rows of `index` (n_index, d) to each of `queries` (n_queries, d), float32 or bfloat16."""
    if find_spec("keras") is None:
        raise HarnessError("keras is not installed; pip install 'landmark[networks]' brings it")
    if not (len(index) and len(queries)):
        return no_neighbours(len(queries), k)
    candidates = _candidates(queries, index, min(len(index), k + k // 2 + _BEYOND), kind)
    return reranked(queries, index, candidates, k)


def _candidates(queries: np.ndarray, index: np.ndarray, n_wanted: int, kind: str) -> np.ndarray:
    """Return the positions of the highest products, (n_queries, n_wanted), in any order; -1 where a row is unread."""
    chunks = [_readable(queries[start : start + _QUERIES], kind)[0] for start in range(0, len(queries), _QUERIES)]
    best: list[Any] = [None] * len(chunks)
    for start in range(0, len(index), _ROWS):  # outermost, so that the index is sent there once
        rows, penalty = _readable(index[start : start + _ROWS], kind)
        best = [
            _merged(one, *_highest(chunk, rows, penalty, start, n_wanted), n_wanted)
            for one, chunk in zip(best, chunks, strict=True)
        ]
    return np.concatenate([np.where(np.isneginf(sums), -1, positions) for sums, positions in best])


def _readable(rows: np.ndarray, kind: str) -> tuple[Any, Any]:
    """Return rows as a tensor, those that were not read as zeros, and what to add to their products."""
    from keras import ops

    numbers = lent(rows)
    unread = ~are_readable(numbers)
    filled = np.where(unread[:, None], np.float32(0), numbers)
    return ops.convert_to_tensor(filled, dtype=kind), ops.convert_to_tensor(
        np.where(unread, -np.inf, 0).astype(np.float32)
    )


def _highest(queries: Any, rows: Any, penalty: Any, start: int, n_wanted: int) -> tuple[Any, Any]:
    from keras import ops

    products = ops.cast(ops.matmul(queries, ops.transpose(rows)), "float32") + penalty
    sums, places = ops.top_k(products, min(n_wanted, len(penalty)))
    return sums, ops.cast(places, "int32") + start


def _merged(best: Any, sums: Any, positions: Any, n_wanted: int) -> Any:
    from keras import ops

    if best is None:
        return sums, positions
    sums, positions = ops.concatenate([best[0], sums], axis=1), ops.concatenate([best[1], positions], axis=1)
    sums, places = ops.top_k(sums, min(n_wanted, sums.shape[1]))
    return sums, ops.take_along_axis(positions, ops.cast(places, "int32"), axis=1)
