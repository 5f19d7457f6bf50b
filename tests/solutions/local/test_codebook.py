"""Tests of `solutions.local.codebook` and `solutions.kernels.keyed_random`.

The codebook does not depend on the order of images; words do not depend on the batch.
"""

import numpy as np
import pytest

from solutions.local.aggregation import aggregate, normalise, pack_signs
from solutions.local.codebook import Codebook, codebook_for, kmeans_centroids
from solutions.neighbours import quantised_exact
from tests.solutions.local.factories import FakeExtractor, Images, some_images
from tests.solutions.local.reference_asmk import codes_of, nearest_words


def test_words_are_the_nearest_centroids_in_order():
    random = np.random.default_rng(0)
    vectors, words = (
        random.standard_normal((200, 24)).astype(np.float32),
        random.standard_normal((50, 24)).astype(np.float32),
    )
    results = Codebook(words).words(vectors, 5)
    assert results.tolist() == [nearest_words(vector, words, 5) for vector in vectors]
    np.testing.assert_array_equal(
        np.concatenate([Codebook(words).words(vectors[:1], 5), Codebook(words).words(vectors[1:], 5)]), results
    )


@pytest.mark.parametrize("has_byte_products", [True, False])
def test_words_are_the_nearest_of_thousands_and_ties_go_to_the_lowest(monkeypatch, has_byte_products):
    if not has_byte_products:
        monkeypatch.setattr(quantised_exact, "has_byte_products", lambda: False)
    random = np.random.default_rng(7)
    words = random.standard_normal((6000, 12)).astype(np.float32)
    words[3000:3100] = words[:100]
    vectors = np.vstack([words[:10], random.standard_normal((10, 12)).astype(np.float32)])
    results = Codebook(words).words(vectors, 5)
    assert results[:10, :2].tolist() == [[word, 3000 + word] for word in range(10)]
    assert results.tolist() == [nearest_words(vector, words, 5) for vector in vectors]


def test_missing_words_are_minus_1():
    two = Codebook(np.array([[0, 0], [4, 4]], np.float32))
    assert two.words(np.array([[1, 1]], np.float32), 3).tolist() == [[0, 1, -1]]
    assert two.words(np.array([[np.nan, 1]], np.float32), 2).tolist() == [[-1, -1]]
    assert Codebook(np.zeros((0, 2), np.float32)).words(np.ones((2, 2), np.float32)).tolist() == [[-1], [-1]]


def test_centroids_are_the_means_of_clusters():
    random = np.random.default_rng(1)
    middles = np.array([[0, 0], [10, 0]], np.float32)
    vectors = np.repeat(middles, 40, axis=0) + random.normal(0, 0.1, (80, 2)).astype(np.float32)
    results = kmeans_centroids(vectors, 2, seed=0)
    assert sorted(results.round().tolist()) == middles.tolist()


def test_there_is_one_word_for_eight_descriptors_and_none_without_descriptors():
    vectors = np.random.default_rng(2).standard_normal((41, 3)).astype(np.float32)
    assert kmeans_centroids(vectors, 100, seed=0).shape == (6, 3)
    assert kmeans_centroids(vectors[:0], 100, seed=0).shape == (0, 3)
    assert kmeans_centroids(np.full((9, 3), np.nan), 100, seed=0).shape == (0, 3)
    assert np.isfinite(kmeans_centroids(np.ones((80, 3)), 100, seed=0)).all()


def test_a_codebook_depends_on_the_seed_but_not_on_order_or_ids(tmp_path):
    descriptors = some_images(30, 8, np.random.default_rng(3))
    images = Images(descriptors, tmp_path)
    order = np.random.default_rng(4).permutation(30)
    results = codebook_for(images, FakeExtractor(), 10).centroids
    np.testing.assert_array_equal(codebook_for(images[order], FakeExtractor(), 10).centroids, results)
    renamed = Images(descriptors, tmp_path, [f"{number}" for number in range(30)])
    np.testing.assert_array_equal(codebook_for(renamed, FakeExtractor(), 10).centroids, results)
    assert not np.array_equal(codebook_for(images, FakeExtractor(), 10, seed=1).centroids, results)


def test_a_codebook_is_the_same_for_any_number_of_threads():
    import faiss

    vectors = np.random.default_rng(5).standard_normal((20_000, 32)).astype(np.float32)
    results = []
    for threads in (1, 2):
        faiss.omp_set_num_threads(threads)
        results.append(kmeans_centroids(vectors, 200, seed=0))
    np.testing.assert_array_equal(*results)


def test_at_most_64_descriptors_a_word_are_used(tmp_path):
    images = Images([np.full((50, 2), number, np.float32) for number in range(9)], tmp_path)
    assert codebook_for(images, FakeExtractor(), 1).centroids.item(0) in range(9)  # 64 descriptors at most: one image


def test_an_image_set_without_any_descriptor_has_no_word(tmp_path):
    assert codebook_for(Images([np.zeros((0, 4), np.float32)] * 2, tmp_path), FakeExtractor()).centroids.shape == (0, 4)


@pytest.mark.parametrize("assignments", [1, 3])
def test_aggregates_are_sums_of_residuals_of_each_word(assignments):
    random = np.random.default_rng(6)
    words = Codebook(random.standard_normal((7, 70)).astype(np.float32))
    images = some_images(6, 70, random)
    owners = np.repeat(np.arange(6), [len(image) for image in images])
    for binary in (True, False):
        results = aggregate(np.concatenate(images), owners, words, binary=binary, assignments=assignments)
        expected = [codes_of(image, words.centroids, binary=binary, assignments=assignments) for image in images]
        assert list(zip(results.images.tolist(), results.words.tolist(), strict=True)) == [
            (number, word) for number, codes in enumerate(expected) for word in sorted(codes)
        ]
        codes = [each[word] for each in expected for word in sorted(each)]
        if binary:
            np.testing.assert_array_equal(results.codes, pack_signs(np.array(codes, float)))
        else:
            np.testing.assert_allclose(results.codes, codes, rtol=1e-6)


def test_signs_are_packed_lowest_first_and_zero_is_no_bit():
    rows = np.zeros((2, 70))
    rows[0, [0, 65]], rows[1, :3] = 1, -1
    assert pack_signs(rows).tolist() == [[1, 2], [0, 0]]


def test_vectors_get_length_one_and_zero_stays_zero():
    np.testing.assert_allclose(normalise(np.array([[3, 4], [0, 0]], np.float32)), [[0.6, 0.8], [0, 0]], atol=1e-5)
