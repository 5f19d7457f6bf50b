"""Tests of `solutions.hashing.search.wide_codes`; the reference is a stable sort of all distances."""

import numpy as np
import pytest

from solutions.hashing.search.wide_codes import MISSING_DISTANCE, distances_between, nearest


def random_codes(seed: int, n: int, n_words: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    some = generator.integers(0, 2**64, (5, n_words), dtype=np.uint64)
    return some[generator.integers(0, 5, n)] ^ (np.uint64(1) << generator.integers(0, 3, (n, n_words), dtype=np.uint64))


@pytest.mark.parametrize("n_words", [1, 2, 4, 8, 9, 16])
def test_the_nearest_are_those_of_a_stable_sort(n_words: int) -> None:
    queries, index = random_codes(1, 12, n_words), random_codes(2, 90, n_words)
    distances, positions = nearest(queries, index, 30)
    everything = np.array(
        [
            [sum(int(a ^ b).bit_count() for a, b in zip(q, x, strict=True)) for x in index.tolist()]
            for q in queries.tolist()
        ]
    )
    order = np.argsort(everything, axis=1, kind="stable")[:, :30]
    assert (positions == order).all()
    assert (distances == np.take_along_axis(everything, order, axis=1)).all()
    assert (distances_between(queries, index) == everything).all()


@pytest.mark.parametrize("n_words", [1, 3, 9])
def test_a_short_index_is_padded(n_words: int) -> None:
    distances, positions = nearest(random_codes(1, 2, n_words), random_codes(2, 3, n_words), 5)
    assert (positions[:, 3:] == -1).all()
    assert (distances[:, 3:] == MISSING_DISTANCE).all()
    assert (positions[:, :3] >= 0).all()


@pytest.mark.parametrize("n_words", [1, 3, 9])
def test_an_empty_index_has_no_neighbours(n_words: int) -> None:
    distances, positions = nearest(random_codes(1, 2, n_words), np.zeros((0, n_words), np.uint64), 4)
    assert (positions == -1).all()
    assert distances.shape == (2, 4)
