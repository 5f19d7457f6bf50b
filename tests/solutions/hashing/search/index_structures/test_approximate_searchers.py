"""Tests of `solutions.hashing.search.index_structures.bit_sampling`,
`solutions.hashing.search.index_structures.min_hash`, `solutions.hashing.search.index_structures.faiss_hash` and
`solutions.hashing.search.index_structures.buckets`.

Results are in the order of the scan; recall follows the formulas.
"""

import sys
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import HarnessError
from solutions.hashing.search.index_structures.bit_sampling import BitSampling
from solutions.hashing.search.index_structures.faiss_hash import FaissHash, FaissMultiHash
from solutions.hashing.search.index_structures.min_hash import MinHash
from tests.solutions.hashing.search.index_structures.factories import MADE, assert_same, flipped, uniform

OWN = [BitSampling(), BitSampling(tables=2, bits=6), MinHash(), MinHash(bands=3, rows=2)]
FAISS = [FaissHash(), FaissHash(bits=8, flips=1), FaissMultiHash()]


@pytest.fixture(params=[*OWN, *FAISS], ids=lambda each: each.name)
def searcher(request):
    return request.param


def test_rows_are_true_distances_in_order_without_repetition(searcher):
    rows_are_right(searcher)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1), make=st.sampled_from(MADE), n=st.integers(0, 300), k=st.sampled_from([1, 9, 400])
)
def rows_are_right(searcher, seed, make, n, k):
    rng = np.random.default_rng(seed)
    codes = make(rng, n)
    queries = np.concatenate([make(rng, 3), codes[:2]])
    positions, distances = searcher.build(codes).search(queries, k)
    assert positions.shape == distances.shape == (len(queries), k)
    for query, row, away in zip(queries, positions, distances, strict=True):
        result = row[row >= 0]
        assert len(set(result.tolist())) == len(result)
        assert (row[len(result) :] == -1).all()
        assert (away[len(result) :] == 255).all()
        np.testing.assert_array_equal(away[: len(result)], np.bitwise_count(codes[result] ^ query))
        assert sorted(zip(away.tolist(), row.tolist(), strict=True))[: len(result)] == list(
            zip(away[: len(result)].tolist(), result.tolist(), strict=True)
        )


def test_the_code_itself_is_always_found(searcher):
    codes = uniform(np.random.default_rng(0), 500)
    positions, distances = searcher.build(codes).search(codes, 1)
    assert positions[:, 0].tolist() == list(range(500))
    assert not distances.any()


def test_building_twice_gives_the_same(searcher):
    rng = np.random.default_rng(1)
    codes, queries = uniform(rng, 2000), uniform(rng, 20)
    first = searcher.build(codes).search(queries, 10)
    assert_same(searcher.build(codes).search(queries, 10), first)


def share_found(searcher, n_bits, n=4000):
    """Of codes that are that many bits from their query, the share that is met."""
    rng = np.random.default_rng([2, n_bits])
    codes = uniform(rng, n)
    positions = searcher.build(codes).search(flipped(rng, codes, n_bits), n)[0]
    return float((positions == np.arange(n)[:, None]).any(axis=1).mean())


@pytest.mark.parametrize(
    ("bits", "tables", "expected"),
    [(8, 8, [0.9993, 0.966, 0.815, 0.57]), (16, 16, [0.999, 0.866, 0.445, 0.15]), (16, 4, [0.828, 0.395, 0.137, 0.04])],
)
def test_recall_of_bit_sampling_follows_the_formula(bits, tables, expected):
    """`expected` is for bits drawn with repetition; without it is slightly less, the more so the farther."""
    for n_bits, with_repetition in zip((4, 8, 12, 16), expected, strict=True):
        agree = comb(64 - n_bits, bits) / comb(64, bits)
        probability = 1 - (1 - agree) ** tables
        result = np.mean([share_found(BitSampling(tables, bits, seed), n_bits, 500) for seed in range(12)])
        error = (probability * (1 - probability) / 500) ** 0.5  # generous: twelve seeds share it
        assert abs(result - probability) < 4 * error + 1e-9
        assert 1 - (1 - (1 - n_bits / 64) ** bits) ** tables == pytest.approx(with_repetition, abs=0.006)
        assert probability <= with_repetition + 1e-3


@pytest.mark.parametrize(("bands", "rows"), [(20, 5), (16, 8), (20, 3)])
def test_recall_of_minhash_follows_the_banding_formula(bands, rows):
    for n_digits in (1, 3, 6):
        similarity = (16 - n_digits) / (16 + n_digits)
        probability = 1 - (1 - similarity**rows) ** bands
        rng = np.random.default_rng([4, n_digits])
        codes = uniform(rng, 400)
        masks = [sum(0xF << 4 * int(place) for place in rng.permutation(16)[:n_digits]) for _ in codes]
        queries = codes ^ np.array(masks, np.uint64)
        hits = []
        for seed in range(8):
            positions = MinHash(bands, rows, seed).build(codes).search(queries, 400)[0]
            hits.append((positions == np.arange(400)[:, None]).any(axis=1).mean())
        error = (probability * (1 - probability) / 400) ** 0.5
        assert abs(np.mean(hits) - probability) < 4 * error + 0.01  # different bands may share a bucket by chance


@pytest.mark.parametrize(("similarity", "probability"), [(0.2, 0.006), (0.4, 0.186), (0.6, 0.802), (0.8, 0.9996)])
def test_the_banding_formula_of_twenty_bands_of_five(similarity, probability):
    assert 1 - (1 - similarity**5) ** 20 == pytest.approx(probability, abs=5e-4)


@pytest.mark.parametrize("flips", [0, 1, 2])
def test_faiss_finds_all_within_the_radius_it_guarantees(flips):
    searcher = FaissMultiHash(parts=4, bits=16, flips=flips)
    radius = 4 * (flips + 1) - 1
    assert share_found(searcher, radius, 1000) == 1
    assert share_found(searcher, radius + 1, 1000) < 1


def test_faiss_orders_equal_distances_by_position():
    codes = np.tile(np.array([5, 9, 5], np.uint64), 50)
    positions, _ = FaissHash().build(codes).search(np.array([5], np.uint64), 100)
    assert positions[0].tolist() == [place for place in range(150) if place % 3 != 1]


def test_without_faiss_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(HarnessError, match="faiss is not installed; install it with: "):
        FaissHash().build(np.zeros(1, np.uint64))


@pytest.mark.parametrize("searcher", [BitSampling(bits=25), BitSampling(bits=0), BitSampling(tables=0)])
def test_invalid_table_parameters_are_refused(searcher):
    with pytest.raises(ValueError, match="1 to 24 bits"):
        searcher.build(np.zeros(1, np.uint64))
