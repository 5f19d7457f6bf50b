"""Kernels of the searches: compiled, or in plain NumPy with LANDMARK_KERNELS=numpy. Only `neighbours` imports them.

A search of a block of rows is `new_state`, then `add_block` for each block, then `result`. The compiled one is in
`scan`, `candidates`, `float_tiles` and `simd_ops`, that by bytes also in `byte_scan`, `byte_tiles` and `quantisation`.
The plain one is in `plain`. Both give the same answers to the last bit.
"""

from typing import Any

from harness import COMPILED

search: Any
if COMPILED:
    from solutions.neighbours.kernels import scan as search
else:
    from solutions.neighbours.kernels import plain as search

__all__ = ["search"]
