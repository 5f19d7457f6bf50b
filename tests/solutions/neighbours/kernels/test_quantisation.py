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


def reference_products(queries, index):
    """What tiles make of them: (n_queries, n_index)."""
    quantised_queries, scales, weights = numbers_of(queries.blocks, np.uint8)
    rows, starts, last = numbers_of(index.blocks, np.int8)
    scales = np.ascontiguousarray(scales).view(np.float32)
    sums = (quantised_queries @ rows.T + starts).astype(np.float64)
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
def test_errors_of_products_are_within_their_bounds(d, scale):
    rng = np.random.default_rng(d)
    queries, index = (of_all_kinds(rng, 40, d) * np.float32(scale) for _ in range(2))
    quantised_queries, rows = coded(queries, index)
    exact = queries.astype(np.float64) @ index.astype(np.float64).T
    wrong = np.abs(reference_products(quantised_queries, rows)[:, : len(index)] - exact)
    assert (wrong <= error_bounds(quantised_queries, rows)[:, None]).all()


def test_error_bounds_of_gaussian_rows_are_small():
    queries, index = np.random.default_rng(1).standard_normal((2, 300, 64)).astype(np.float32)
    quantised_queries, rows = coded(queries, index)
    assert error_bounds(quantised_queries, rows).max() < 0.05 * (quantised_queries.norms * rows.norms).min()


def test_integers_are_quantised_exactly():
    queries, index = np.random.default_rng(2).integers(-127, 128, (2, 50, 9)).astype(np.float32)
    queries[:, 0] = index[:, 0] = 127
    quantised_queries, rows = coded(queries, index)
    assert (quantised_queries.residual_norms == 0).all()
    assert rows.residual_norms == 0
    np.testing.assert_array_equal(reference_products(quantised_queries, rows)[:, :50], queries @ index.T)
    assert (
        error_bounds(quantised_queries, rows)
        < 1e-5 * (quantised_queries.norms * rows.norms + quantised_queries.last_values * rows.last_values)
    ).all()


def test_unreadable_rows_have_no_effect():
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
def test_a_tile_multiplies_bytes_and_returns_the_rows_above_a_threshold(n_vectors, d):
    rng = np.random.default_rng(d)
    quantised_queries, rows = coded(*(np.float32(5) * unit(rng, n, d) for n in (n_vectors * WIDTH, 3 * ROWS)))
    expected = reference_products(quantised_queries, rows)[:, ROWS : 2 * ROWS].T
    thresholds = np.full(PANEL, np.nan, np.float32)
    thresholds[1] = np.sort(expected[:, 1])[-3:].mean()
    products = np.full(ROWS * PANEL, np.nan, np.float32)
    reaching = second_tile(quantised_queries.blocks[0], rows.blocks, n_vectors, thresholds, products)
    np.testing.assert_allclose(products.reshape(ROWS, PANEL)[:, : n_vectors * WIDTH], expected, rtol=1e-5, atol=1e-5)
    assert [number for number in range(ROWS) if reaching >> number & 1] == np.flatnonzero(
        expected[:, 1] >= thresholds[1]
    ).tolist()


@helper
def second_tile(panel, tiles, n_vectors, thresholds, products):
    return byte_tile(panel, tiles, ROWS, 0, tiles.shape[1] - EXTRA, n_vectors, thresholds, products)
