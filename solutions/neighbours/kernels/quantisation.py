"""Rows of numbers as bytes that `byte_tiles` multiplies, and how far their inner products can be from the exact ones.

Each number but the last is rounded to a whole one of at most 127 times a scale, which is one of each query and one of
all index rows. What is lost by that is bounded by lengths (Cauchy-Schwarz): where q' and c' are what is kept of a query
and a row, |q c - q' c'| <= |q - q'| |c| + |q'| |c - c'|. The last number stays as it is: of rows that are lifted, so
that the largest inner product is the smallest distance, it is much larger than the others.
"""

from typing import Any, NamedTuple

import numpy as np

from solutions.kernels.jit import kernel
from solutions.neighbours.kernels.byte_tiles import EXTRA
from solutions.neighbours.kernels.candidates import ROUNDING, SMALLEST
from solutions.neighbours.kernels.simd_ops import PANEL, ROWS

_LARGEST = 127  # of the whole numbers
_ROUNDED = 16  # roundings to float32 between the whole numbers and a floor, at most


class Coded(NamedTuple):
    """Queries or index rows (n, d) as bytes; those that are not to be read are zero."""

    blocks: np.ndarray  # (n_blocks, n_words + EXTRA, so many rows) int32: see `byte_tiles`
    scales: np.ndarray  # (n,) float64: what the whole numbers are multiplied by; of an index (1,), as all that follow
    kept: np.ndarray  # (n,) float64: length of what the bytes tell, of an index the largest
    lost: np.ndarray  # (n,) float64: length of what they do not
    last: np.ndarray  # (n,) float64: size of the last number


def coded_index(rows: np.ndarray, readable: np.ndarray) -> Coded:
    """Return index rows (n, d) float32, of which some (n,) are readable, as tiles.

    >>> coded = coded_index(np.array([[254, 1.0, 5], [np.nan, 1, 1]], np.float32), np.array([True, False]))
    >>> coded.scales.tolist(), coded.kept.tolist(), coded.lost.tolist(), coded.last.tolist()
    ([2.0], [254.0], [1.0], [5.0])
    """
    largest = _largest(rows)[readable].max(initial=0)
    coded, sums, last = _coded(rows, readable, np.repeat(_scales(largest), len(rows)), 0, ROWS)
    _write(coded.blocks[:, -2], -(_LARGEST + 1) * sums)  # which is added to the queries' numbers
    _write(coded.blocks[:, -1], last)
    return Coded(coded.blocks, *(numbers.max(keepdims=True) for numbers in coded[1:]))


def coded_queries(queries: np.ndarray, readable: np.ndarray, index: Coded) -> Coded:
    """Return queries (n, d) float32, of which some (n,) are readable, as panels."""
    scales = _scales(np.where(readable, _largest(queries), 0))
    coded, _, last = _coded(queries, readable, scales, _LARGEST + 1, PANEL)
    _write(coded.blocks[:, -2], (scales * index.scales).astype(np.float32))
    _write(coded.blocks[:, -1], last)
    return coded


def errors(queries: Coded, index: Coded) -> np.ndarray:
    """Return what is more than products of tiles can be wrong, rounded until they are compared: (n_queries,)."""
    by_bytes = queries.lost * (index.kept + index.lost) + queries.kept * index.lost
    largest = (queries.kept + queries.lost) * (index.kept + index.lost) + queries.last * index.last
    near_zero = (4 * index.blocks.shape[1] * _LARGEST**2 + _ROUNDED) * SMALLEST  # a scale may be lost
    return np.asarray((1 + 2.0**-20) * by_bytes + _ROUNDED * ROUNDING * largest + near_zero)


def _largest(rows: np.ndarray) -> np.ndarray:
    """Return the size of the largest number but the last of rows (n, d): (n,) float32."""
    return np.asarray(np.maximum(rows[:, :-1].max(axis=1), -rows[:, :-1].min(axis=1)))


def _scales(largest: np.ndarray) -> np.ndarray:
    scales = np.asarray(largest, np.float64) / _LARGEST
    return np.where(scales > 0, scales, 1)


def _coded(
    rows: np.ndarray, readable: np.ndarray, scales: np.ndarray, zero: int, n_together: int
) -> tuple[Coded, np.ndarray, np.ndarray]:
    """Return rows (n, d) as bytes, the sums of the whole numbers (n,), and the last numbers (n,).

    What blocks have beyond the bytes is still to be written.
    """
    n_rows, d = rows.shape
    blocks = np.zeros((-(-n_rows // n_together), -(-(d - 1) // 4) + EXTRA, n_together), np.int32)
    lengths, sums, last = np.zeros((2, n_rows)), np.zeros(n_rows, np.int32), np.where(readable, rows[:, -1], 0)
    _code(rows, readable, scales, zero, blocks.view(np.uint8).reshape(*blocks.shape, 4), lengths, sums)
    return Coded(blocks, scales, lengths[0], lengths[1], np.abs(last.astype(np.float64))), sums, last


@kernel
def _code(rows: Any, readable: Any, scales: Any, zero: int, blocks: Any, lengths: Any, sums: Any) -> None:
    """Fill blocks, (n_blocks, any, so many rows, 4) uint8, with whole numbers that `zero` is added to."""
    n_together = blocks.shape[2]
    for row in range(len(rows)):
        if not readable[row]:
            continue
        block, place, scale = row // n_together, row % n_together, scales[row]
        inverse, lost, squares, total = 1 / scale, 0.0, 0.0, 0.0
        for column in range(rows.shape[1] - 1):
            number = np.float64(rows[row, column])
            whole = np.rint(number * inverse)
            lost += (number - whole * scale) ** 2
            squares += whole * whole
            total += whole
            blocks[block, column // 4, place, column % 4] = np.uint8(np.int64(whole) + zero)
        lengths[0, row], lengths[1, row], sums[row] = scale * np.sqrt(squares), np.sqrt(lost), total


def _write(there: np.ndarray, numbers: np.ndarray) -> None:
    """Write numbers of four bytes (n,) one after the other into vectors (n_blocks, so many rows) int32."""
    filled = np.zeros(there.size, numbers.dtype)
    filled[: len(numbers)] = numbers
    there[:] = filled.view(np.int32).reshape(there.shape)
