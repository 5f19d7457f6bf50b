"""Candidates for nearest neighbours by JAX, on a GPU or TPU if there is one; they are ranked exactly on the CPU."""

import os
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from solutions.neighbours.exact_rerank import rerank_exactly
from solutions.neighbours.neighbours import Neighbours, are_readable, as_descriptors

_QUERIES, _ROWS = 4096, 2**17  # of a block of inner products: 2 GB of float32
_SHARE = 0.5  # of the memory of the device that an index may fill


def has_gpu() -> bool:
    """Return whether JAX is installed and computes on a GPU or TPU."""
    return find_spec("jax") is not None and _load_jax().default_backend() != "cpu"


@cache
def _load_jax() -> Any:
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # leave memory to other libraries
    import jax

    return jax


class JaxIndex:
    """Rows `(n, d)` that are searched; they stay on the device if they fill less than half of its memory."""

    def __init__(self, index: np.ndarray, kind: str) -> None:
        self.index, self.kind = index, kind
        self.blocks = list(map(self._upload, range(0, len(index), _ROWS))) if self._fits() else None

    def search(self, queries: np.ndarray, k: int, n_candidates: int) -> Neighbours:
        """Return the k nearest rows to each query, from this number of candidates."""
        jnp = _load_jax().numpy
        largest, merge = _compiled()
        starts = range(0, len(queries), _QUERIES)
        chunks = [jnp.asarray(as_descriptors(queries[start : start + _QUERIES]), self.kind) for start in starts]
        best: list[Any] = [None] * len(chunks)
        for number, start in enumerate(range(0, len(self.index), _ROWS)):  # outside, so that rows are uploaded once
            rows, penalty = self.blocks[number] if self.blocks else self._upload(start)
            for place, chunk in enumerate(chunks):
                part = largest(chunk, rows, penalty, start, min(n_candidates, len(penalty)))
                best[place] = merge(*best[place], *part, n_candidates) if best[place] else part
        candidates = [np.where(np.isneginf(sums), -1, positions) for sums, positions in best]
        return rerank_exactly(queries, self.index, np.concatenate(candidates), k)

    def _upload(self, start: int) -> tuple[Any, Any]:
        """Return a block of rows, unreadable ones as zeros, and the penalty to add to their products (0 or -inf)."""
        jnp = _load_jax().numpy
        numbers = as_descriptors(self.index[start : start + _ROWS])
        unreadable = ~are_readable(numbers)
        padded = np.where(unreadable[:, None], np.float32(0), numbers)
        return jnp.asarray(padded, self.kind), jnp.asarray(np.where(unreadable, -np.inf, 0), "float32")

    def _fits(self) -> bool:
        memory = (_load_jax().devices()[0].memory_stats() or {}).get("bytes_limit", float("inf"))
        return bool(self.index.size * (4 if self.kind == "float32" else 2) < _SHARE * memory)


@cache
def _compiled() -> tuple[Any, Any]:
    """Return the compiled functions of a block: its largest products, and the merging of two results."""
    jax = _load_jax()

    def largest(queries: Any, rows: Any, penalty: Any, start: Any, n_wanted: int) -> tuple[Any, Any]:
        products = jax.numpy.matmul(queries, rows.T, precision="highest", preferred_element_type="float32")
        sums, places = jax.lax.top_k(products + penalty, n_wanted)
        return sums, places + start

    def merge(sums: Any, positions: Any, others: Any, further: Any, n_wanted: int) -> tuple[Any, Any]:
        sums, positions = jax.numpy.hstack([sums, others]), jax.numpy.hstack([positions, further])
        sums, places = jax.lax.top_k(sums, min(n_wanted, sums.shape[1]))
        return sums, jax.numpy.take_along_axis(positions, places, axis=1)

    return jax.jit(largest, static_argnums=4), jax.jit(merge, static_argnums=4)
