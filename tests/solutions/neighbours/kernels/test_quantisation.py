"""Tests of `solutions.neighbours.kernels.quantisation` and `solutions.neighbours.kernels.byte_tiles`.

Products of quantised rows stay within their error bounds, and tiles compute these products.
"""

import numpy as np
import pytest

from harness import COMPILED, helper
from solutions.neighbours.quantised_exact import has_byte_products
from tests.solutions.neighbours.factories import duplicates, near_ties, unit, whole_numbers

if not COMPILED:
    pytest.skip("compiled only", allow_module_level=True)

from solutions.neighbours.kernels.byte_tiles import EXTRA, byte_tile
from solutions.neighbours.kernels.quantisation import error_bounds, quantise_index, quantise_queries
from solutions.neighbours.kernels.simd_ops import PANEL, ROWS, VECTORS, WIDTH

needs_bytes = pytest.mark.skipif(
    not has_byte_products(), reason="this machine has no instruction for products of bytes"
)


def all_readable(rows):
    return np.ones(len(rows), bool)


def coded(queries, index):
    rows = quantise_index(index, all_readable(index))
    return quantise_queries(queries, all_readable(queries), rows), rows


def numbers_of(blocks, kind):
    """The numbers that stand in blocks, row by row: (n, d), their words and, as float32, the last."""
    words = blocks.transpose(0, 2, 1).reshape(-1, blocks.shape[1])
    codes = np.ascontiguousarray(words[:, :-EXTRA]).view(kind).astype(np.int64)
    return codes, words[:, -2], np.ascontiguousarray(words[:, -1]).view(np.float32)


def products_slowly(queries, index):
    """What tiles make of them: (n_queries, n_index)."""
    asked, scales, weights = numbers_of(queries.blocks, np.uint8)
    rows, starts, last = numbers_of(index.blocks, np.int8)
    scales = np.ascontiguousarray(scales).view(np.float32)
    sums = (asked @ rows.T + starts).astype(np.float64)
    products = sums * scales[:, None] + np.multiply.outer(weights.astype(np.float64), last)
    return products[: len(queries.scales)]


def of_all_kinds(rng, n, d):
    """Rows of different kinds and lengths."""
    rows = np.vstack([make(rng, n, d) for make in (unit, whole_numbers, duplicates, near_ties)])
    rows[::3] *= np.float32(30)
    rows[1::7, 0] = 9
    return rows


@pytest.mark.parametrize("d", [2, 3, 5, 41, 129])
@pytest.mark.parametrize("scale", [1, 1e-18, 1e12, 0])
def test_products_are_not_further_from_the_exact_than_is_said(d, scale):
    rng = np.random.default_rng(d)
    queries, index = (of_all_kinds(rng, 40, d) * np.float32(scale) for _ in range(2))
    asked, rows = coded(queries, index)
    exact = queries.astype(np.float64) @ index.astype(np.float64).T
    wrong = np.abs(products_slowly(asked, rows)[:, : len(index)] - exact)
    assert (wrong <= error_bounds(asked, rows)[:, None]).all()


def test_what_is_said_of_a_gaussian_is_little():
    queries, index = np.random.default_rng(1).standard_normal((2, 300, 64)).astype(np.float32)
    asked, rows = coded(queries, index)
    assert error_bounds(asked, rows).max() < 0.05 * (asked.norms * rows.norms).min()


def test_whole_numbers_lose_nothing():
    queries, index = np.random.default_rng(2).integers(-127, 128, (2, 50, 9)).astype(np.float32)
    queries[:, 0] = index[:, 0] = 127
    asked, rows = coded(queries, index)
    assert (asked.residual_norms == 0).all()
    assert rows.residual_norms == 0
    np.testing.assert_array_equal(products_slowly(asked, rows)[:, :50], queries @ index.T)
    assert (error_bounds(asked, rows) < 1e-5 * (asked.norms * rows.norms + asked.last_values * rows.last_values)).all()


def test_rows_that_are_not_readable_have_no_say():
    index = np.random.default_rng(3).standard_normal((20, 6)).astype(np.float32)
    odd = np.vstack([index, np.full((1, 6), np.nan), np.full((1, 6), np.inf), np.full((1, 6), 1e30)]).astype(np.float32)
    readable = np.arange(23) < 20
    alone, among = quantise_index(index, all_readable(index)), quantise_index(odd, readable)
    for name in ("scales", "norms", "residual_norms", "last_values"):
        assert getattr(alone, name) == getattr(among, name)
    np.testing.assert_array_equal(numbers_of(among.blocks, np.int8)[0][20:], 0)
    nothing = quantise_index(odd, ~all_readable(odd))
    assert (nothing.norms, nothing.residual_norms, nothing.last_values) == (0, 0, 0)


@needs_bytes
@pytest.mark.parametrize("d", [2, 4, 5, 41, 129])
@pytest.mark.parametrize("n_vectors", range(1, VECTORS + 1))
def test_a_tile_multiplies_bytes_and_tells_which_rows_reach_a_floor(n_vectors, d):
    rng = np.random.default_rng(d)
    asked, rows = coded(*(np.float32(5) * unit(rng, n, d) for n in (n_vectors * WIDTH, 3 * ROWS)))
    expected = products_slowly(asked, rows)[:, ROWS : 2 * ROWS].T
    thresholds = np.full(PANEL, np.nan, np.float32)
    thresholds[1] = np.sort(expected[:, 1])[-3:].mean()
    products = np.full(ROWS * PANEL, np.nan, np.float32)
    reaching = second_tile(asked.blocks[0], rows.blocks, n_vectors, thresholds, products)
    np.testing.assert_allclose(products.reshape(ROWS, PANEL)[:, : n_vectors * WIDTH], expected, rtol=1e-5, atol=1e-5)
    assert [number for number in range(ROWS) if reaching >> number & 1] == np.flatnonzero(
        expected[:, 1] >= thresholds[1]
    ).tolist()


@helper
def second_tile(panel, tiles, n_vectors, thresholds, products):
    return byte_tile(panel, tiles, ROWS, 0, tiles.shape[1] - EXTRA, n_vectors, thresholds, products)
