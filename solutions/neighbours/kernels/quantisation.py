"""Quantisation of rows to bytes for `byte_tiles`, with bounds on the error of their inner products.

Each number but the last is rounded to a multiple, at most 127, of a scale: one scale for each query, one for all index
rows. The error is bounded by lengths (Cauchy-Schwarz): where q' and c' are the quantised query and row,
|q c - q' c'| <= |q - q'| |c| + |q'| |c - c'|. The last number is not quantised: if rows have an extra number, so that
the largest inner product is the smallest distance, it is much larger than the others.
"""

from typing import Any, NamedTuple

import numpy as np

from harness import kernel
from solutions.neighbours.kernels.byte_tiles import EXTRA
from solutions.neighbours.kernels.candidates import ROUNDING, SMALLEST
from solutions.neighbours.kernels.simd_ops import PANEL, ROWS

_LARGEST = 127  # quantised number
_ROUNDED = 16  # largest number of float32 roundings between quantised numbers and a threshold


class QuantisedRows(NamedTuple):
    """Queries or index rows (n, d) as bytes; unreadable ones are zero."""

    blocks: np.ndarray  # (n_blocks, n_words + EXTRA, rows of a block) int32: see `byte_tiles`
    scales: np.ndarray  # (n,) float64; of an index (1,), as in all that follow
    norms: np.ndarray  # (n,) float64: length of the quantised row; of an index the largest
    residual_norms: np.ndarray  # (n,) float64: length of the quantisation error
    last_values: np.ndarray  # (n,) float64: size of the last number


def quantise_index(rows: np.ndarray, readable: np.ndarray) -> QuantisedRows:
    """Return index rows (n, d) float32 as tiles; `readable` (n,) is a mask.

    >>> index = quantise_index(np.array([[254, 1.0, 5], [np.nan, 1, 1]], np.float32), np.array([True, False]))
    >>> index.scales.tolist(), index.norms.tolist(), index.residual_norms.tolist(), index.last_values.tolist()
    ([2.0], [254.0], [1.0], [5.0])
    """
    largest = _largest(rows)[readable].max(initial=0)
    quantised, sums, last = _quantise(rows, readable, np.repeat(_scales(largest), len(rows)), 0, ROWS)
    _write_words(quantised.blocks[:, -2], -(_LARGEST + 1) * sums)  # compensates the offset of the queries' bytes
    _write_words(quantised.blocks[:, -1], last)
    return QuantisedRows(quantised.blocks, *(numbers.max(keepdims=True) for numbers in quantised[1:]))


def quantise_queries(queries: np.ndarray, readable: np.ndarray, index: QuantisedRows) -> QuantisedRows:
    """Return queries (n, d) float32 as panels; `readable` (n,) is a mask."""
    scales = _scales(np.where(readable, _largest(queries), 0))
    quantised, _, last = _quantise(queries, readable, scales, _LARGEST + 1, PANEL)
    _write_words(quantised.blocks[:, -2], (scales * index.scales).astype(np.float32))
    _write_words(quantised.blocks[:, -1], last)
    return quantised


def error_bounds(queries: QuantisedRows, index: QuantisedRows) -> np.ndarray:
    """Return upper bounds of the error of products of tiles, rounding included: (n_queries,)."""
    row_norm = index.norms + index.residual_norms
    by_bytes = queries.residual_norms * row_norm + queries.norms * index.residual_norms
    largest = (queries.norms + queries.residual_norms) * row_norm + queries.last_values * index.last_values
    near_zero = (4 * index.blocks.shape[1] * _LARGEST**2 + _ROUNDED) * SMALLEST  # a scale may underflow
    return np.asarray((1 + 2.0**-20) * by_bytes + _ROUNDED * ROUNDING * largest + near_zero)


def _largest(rows: np.ndarray) -> np.ndarray:
    """Return the size of the largest number but the last of rows (n, d): (n,) float32."""
    return np.asarray(np.maximum(rows[:, :-1].max(axis=1), -rows[:, :-1].min(axis=1)))


def _scales(largest: np.ndarray) -> np.ndarray:
    scales = np.asarray(largest, np.float64) / _LARGEST
    return np.where(scales > 0, scales, 1)


def _quantise(
    rows: np.ndarray, readable: np.ndarray, scales: np.ndarray, zero: int, block_size: int
) -> tuple[QuantisedRows, np.ndarray, np.ndarray]:
    """Return rows (n, d) as bytes with the offset `zero`, the sums of the quantised numbers, and the last numbers.

    The words of the blocks after those of the bytes remain to be written.
    """
    n_rows, d = rows.shape
    blocks = np.zeros((-(-n_rows // block_size), -(-(d - 1) // 4) + EXTRA, block_size), np.int32)
    lengths, sums, last = np.zeros((2, n_rows)), np.zeros(n_rows, np.int32), np.where(readable, rows[:, -1], 0)
    _fill_blocks(rows, readable, scales, zero, blocks.view(np.uint8).reshape(*blocks.shape, 4), lengths, sums)
    return QuantisedRows(blocks, scales, lengths[0], lengths[1], np.abs(last.astype(np.float64))), sums, last


@kernel
def _fill_blocks(rows: Any, readable: Any, scales: Any, zero: int, blocks: Any, lengths: Any, sums: Any) -> None:
    """Fill blocks, (n_blocks, any, rows of a block, 4) uint8, with quantised numbers plus `zero`."""
    block_size = blocks.shape[2]
    for row in range(len(rows)):
        if not readable[row]:
            continue
        block, place, scale = row // block_size, row % block_size, scales[row]
        inverse, residual, squares, total = 1 / scale, 0.0, 0.0, 0.0
        for column in range(rows.shape[1] - 1):
            number = np.float64(rows[row, column])
            whole = np.rint(number * inverse)
            residual += (number - whole * scale) ** 2
            squares += whole * whole
            total += whole
            blocks[block, column // 4, place, column % 4] = np.uint8(np.int64(whole) + zero)
        lengths[0, row], lengths[1, row], sums[row] = scale * np.sqrt(squares), np.sqrt(residual), total


def _write_words(words: np.ndarray, numbers: np.ndarray) -> None:
    """Write numbers of four bytes (n,) in order into vectors (n_blocks, rows of a block) int32, padded with zeros."""
    padded = np.zeros(words.size, numbers.dtype)
    padded[: len(numbers)] = numbers
    words[:] = padded.view(np.int32).reshape(words.shape)
