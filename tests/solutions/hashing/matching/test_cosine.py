"""Tests of `solutions.hashing.matching.cosine`."""

import numpy as np
import pytest

from solutions.hashing.matching import cosine
from solutions.hashing.matching.cosine import Standardisation, cosine_similarities


def rows(n, d=23, seed=0):
    return np.random.default_rng(seed).normal(3, 2, (n, d)).astype(np.float32)


def reference_similarities(queries, index, standard):
    def length_1(row):
        apart = (np.asarray(row, np.float64) - standard.mean) / standard.spread
        return apart / np.linalg.norm(apart)

    return [[float(length_1(query) @ length_1(other)) for other in index] for query in queries]


@pytest.mark.parametrize("spread", [False, True])
def test_cosines_equal_those_computed_one_by_one(spread):
    standard = Standardisation.fit(rows(30), spread=spread)
    result = cosine_similarities(rows(5, seed=1), rows(30), standard)
    assert result.dtype == np.float32
    assert np.allclose(result, reference_similarities(rows(5, seed=1), rows(30), standard), atol=2e-7)


def test_the_standardisation_uses_mean_and_deviation_of_the_index():
    standard = Standardisation.fit(rows(50), spread=True)
    assert np.allclose(standard.mean, rows(50).mean(axis=0, dtype=np.float64), atol=1e-9)
    assert np.allclose(standard.spread, rows(50).std(axis=0, dtype=np.float64), atol=1e-9)
    assert (Standardisation.fit(rows(50), spread=False).spread == 1).all()


@pytest.mark.parametrize("block", [1, 7, 8192])
def test_results_are_bit_identical_for_any_chunk_block_and_order(monkeypatch, block):
    index, queries = rows(400, 144), rows(60, 144, seed=1)
    expected = cosine_similarities(queries, index, Standardisation.fit(index, spread=True))
    monkeypatch.setattr(cosine, "_BLOCK", block)
    order = np.random.default_rng(2).permutation(400)
    standard = Standardisation.fit(index[order], spread=True)
    for chunk in (1, 2, 5, 60):
        pieces = [
            cosine_similarities(queries[start : start + chunk], index[order], standard) for start in range(0, 60, chunk)
        ]
        assert np.array_equal(np.concatenate(pieces), expected[:, order])


def test_equal_images_have_equal_similarities_at_any_position():
    index = rows(300, 101)
    index[[5, 77, 299]] = index[123]
    result = cosine_similarities(rows(9, 101, seed=1), index, Standardisation.fit(index, spread=False))
    assert (result[:, [5, 77, 299]] == result[:, [123]]).all()


def test_undecodable_images_are_nan_and_do_not_affect_others():
    index, queries = rows(20), rows(4, seed=1)
    expected = cosine_similarities(queries, index, Standardisation.fit(index, spread=True))
    broken = np.insert(index, 3, np.nan, axis=0)
    result = cosine_similarities(
        np.insert(queries, 1, np.nan, axis=0), broken, Standardisation.fit(broken, spread=True)
    )
    assert np.isnan(result[1]).all()
    assert np.isnan(result[:, 3]).all()
    assert np.array_equal(np.delete(np.delete(result, 1, axis=0), 3, axis=1), expected)


def test_an_image_equal_to_the_mean_has_similarity_0_and_a_constant_column_has_no_effect():
    index = np.array([[1.0, 5, 7], [3, 5, 7], [2, 5, 7]])
    standard = Standardisation.fit(index, spread=True)
    assert standard.spread.tolist()[1:] == [1, 1]
    assert cosine_similarities(index, index, standard).tolist() == [[1, -1, 0], [-1, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize("index", [np.zeros((0, 4), np.float32), np.full((3, 4), np.nan, np.float32)])
def test_an_index_without_readable_images_has_a_standardisation(index):
    assert Standardisation.fit(index, spread=True).mean.tolist() == [0] * 4
    assert cosine_similarities(rows(2, 4), index, Standardisation.fit(index, spread=True)).shape == (2, len(index))
