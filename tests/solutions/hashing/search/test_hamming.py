"""Tests of `solutions.hashing.search.hamming`, `solutions.hashing.search.hamming_kernels`,
`solutions.hashing.search.bit_planes`, `solutions.hashing.search.codes`, `solutions.kernels.arrays`,
`solutions.kernels.bits` and `solutions.kernels.simd`.

The reference is a stable sort of all distances.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import COMPILED, HarnessError
from solutions.hashing.search.hamming import nearest

SIZES = st.one_of(st.integers(0, 80), st.sampled_from([511, 512, 513, 1024, 1537]))  # tiles are of 512


def nearest_by_sorting(queries, index, k):
    distances = np.bitwise_count(queries[:, None] ^ index)
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    missing = ((0, 0), (0, k - order.shape[1]))
    return (
        np.pad(np.take_along_axis(distances, order, axis=1), missing, constant_values=255),
        np.pad(order, missing, constant_values=-1),
    )


def uniform(rng, n):
    return rng.integers(0, 2**64, n, dtype=np.uint64)


def few_bits(rng, n):
    """Sparse codes: many ties, many duplicates, distances near 0."""
    return np.bitwise_or.reduce(np.uint64(1) << rng.integers(0, 64, (2, n), dtype=np.uint64), axis=0)


def extremes(rng, n):
    return rng.choice(np.array([0, 1, 2**63, 2**64 - 1], np.uint64), n)


def staircase(rng, n):
    """Distances to 0 that fall from 64 to 0: as many improvements as there can be."""
    return np.array([(1 << 64 - 64 * place // max(n - 1, 1)) - 1 for place in range(n)], np.uint64)


def assert_same(result, expected):
    for one, other in zip(result, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@settings(deadline=None, max_examples=150)
@given(
    seed=st.integers(0, 2**32 - 1),
    make=st.sampled_from([uniform, few_bits, extremes, staircase]),
    n_queries=st.integers(0, 6),
    n_index=SIZES,
    k=st.sampled_from([1, 2, 3, 7, 64, 100, 700]),
)
def test_the_nearest_equal_those_of_a_stable_sort(seed, make, n_queries, n_index, k):
    rng = np.random.default_rng(seed)
    queries, index = make(rng, n_queries), make(rng, n_index)
    assert_same(nearest(queries, index, k), nearest_by_sorting(queries, index, k))


@pytest.mark.parametrize("order", [1, -1])
def test_an_index_sorted_by_distance_is_searched_correctly_in_either_direction(order):
    rng = np.random.default_rng(3)
    index = uniform(rng, 3000)
    query = index[:1]
    index = index[np.argsort(order * np.bitwise_count(index ^ query).astype(int), kind="stable")]
    assert_same(nearest(query, index, 100), nearest_by_sorting(query, index, 100))


def test_several_batches_of_queries_are_searched_correctly():
    rng = np.random.default_rng(4)
    queries, index = uniform(rng, 1100), few_bits(rng, 700)
    assert_same(nearest(queries, index, 10), nearest_by_sorting(queries, index, 10))


def test_k_may_be_the_whole_index():
    rng = np.random.default_rng(5)
    queries, index = uniform(rng, 9), uniform(rng, 600)
    assert_same(nearest(queries, index, 600), nearest_by_sorting(queries, index, 600))


def test_equal_codes_come_in_order_of_position():
    distances, positions = nearest(np.zeros(1, np.uint64), np.zeros(2000, np.uint64), 100)
    assert not distances.any()
    assert positions[0].tolist() == list(range(100))


def test_a_short_index_is_padded_with_distance_255_at_position_minus_1():
    distances, positions = nearest(np.zeros(1, np.uint64), np.ones(2, np.uint64), 4)
    assert distances.tolist() == [[1, 1, 255, 255]]
    assert positions.tolist() == [[0, 1, -1, -1]]
    assert (distances.dtype, positions.dtype) == (np.uint8, np.int32)


@pytest.mark.skipif(not COMPILED, reason="counts compilations")
def test_read_only_and_memory_mapped_codes_share_one_compilation(tmp_path):
    rng = np.random.default_rng(6)
    codes = uniform(rng, 600)
    expected = nearest(codes[:5], codes)
    from solutions.hashing.search import hamming_kernels

    n_compiled = len(hamming_kernels.search.signatures)
    np.save(tmp_path / "codes.npy", codes)
    mapped = np.load(tmp_path / "codes.npy", mmap_mode="r")
    strided = np.repeat(codes, 2)[::2]
    assert_same(nearest(mapped[:5], mapped), expected)
    assert_same(nearest(strided[:5], strided), expected)
    assert len(hamming_kernels.search.signatures) == n_compiled
    assert codes.flags.writeable


def test_threads_that_share_an_index_return_what_one_call_returns():
    rng = np.random.default_rng(7)
    queries, index = uniform(rng, 200), uniform(rng, 5000)
    with ThreadPoolExecutor(2) as threads:
        parts = list(threads.map(lambda chunk: nearest(chunk, index), np.array_split(queries, 5)))
    assert_same(map(np.concatenate, zip(*parts, strict=True)), nearest(queries, index))


@pytest.mark.parametrize("codes", [np.zeros(3, np.int64), np.zeros((3, 1), np.uint64), np.zeros((3, 8), np.uint8)])
def test_codes_of_another_type_or_shape_are_refused(codes):
    with pytest.raises(TypeError, match="uint64 in 1 dimensions"):
        nearest(codes, np.zeros(1, np.uint64))


def test_k_has_to_be_positive():
    with pytest.raises(HarnessError, match="must be 1 or more"):
        nearest(np.zeros(1, np.uint64), np.zeros(1, np.uint64), 0)
