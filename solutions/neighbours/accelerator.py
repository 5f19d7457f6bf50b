"""Nearest neighbours by PyTorch or JAX, on a GPU if they have one: candidates by blocks, then exact ranking.

Inner products are computed in float32, or in bfloat16, which is faster and has errors of up to 1 in 256. Therefore more
than k candidates are kept, and ranked by float64 sums. The result is that of `exact.nearest`, except that a row may be
missed which is as near as the k-th within the rounding of the accelerator. The back end of Keras does not matter.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np

from harness import HarnessError, install_command
from solutions.neighbours import jax_search, torch_search
from solutions.neighbours.jax_search import JaxIndex
from solutions.neighbours.neighbours import Neighbours
from solutions.neighbours.searcher import InnerProductSearcher
from solutions.neighbours.torch_search import TorchIndex

Kind = Literal["float32", "bfloat16"]
Library = Literal["torch", "jax"]

_EXTRA = 32  # candidates beyond 1.5 k
_INDEXES: dict[Library, type[TorchIndex | JaxIndex]] = {"torch": TorchIndex, "jax": JaxIndex}


def has_accelerator() -> bool:
    """Return whether PyTorch or JAX is installed and has a GPU or TPU."""
    return torch_search.has_gpu() or jax_search.has_gpu()


def find_library() -> Library:
    """Return the library that has a GPU, or else that is installed: torch before jax.

    Raises HarnessError if neither is installed.
    """
    installed: list[Library] = [name for name in _INDEXES if find_spec(name)]
    if not installed:
        raise HarnessError(f"a search on a GPU needs torch or jax; install it with: {install_command('cuda')}")
    has_gpu = {"torch": torch_search.has_gpu, "jax": jax_search.has_gpu}
    return next((name for name in installed if has_gpu[name]()), installed[0])


def nearest(queries: np.ndarray, index: np.ndarray, k: int, kind: Kind = "float32") -> Neighbours:
    """Return the k nearest rows of `index` (n_index, d) to each of `queries` (n_queries, d)."""
    return AcceleratorSearcher(kind).build(index).search(queries, k)


@dataclass
class AcceleratorSearcher(InnerProductSearcher):
    """`nearest`, with the index sent to the device once, if it fits there."""

    kind: Kind = "float32"  # of the numbers that candidates are found by
    library: Library | None = None  # None: see `find_library`

    def _build(self, index: np.ndarray) -> None:
        self.device_index = _INDEXES[self.library or find_library()](index, self.kind)

    def _search(self, queries: np.ndarray, k: int) -> Neighbours:
        return self.device_index.search(queries, k, min(self.n_index, k + k // 2 + _EXTRA))
