"""Tests of `solutions.local.matching`.

The reference loops over all pairs of descriptors.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from harness import HarnessError
from solutions.local.matching import Matching

EVERY = [
    Matching(),
    Matching(mutual=False),
    Matching(ratio=0.8),
    Matching(mutual=False, ratio=0.9),
    Matching(mutual=False, max_distance=0.9),
    Matching(max_distance=0.7, ratio=0.95),
]


def vectors(seed: int, n: int, d: int = 6) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, d))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def reference_matches(query: np.ndarray, index: np.ndarray, matching: Matching) -> list[list[int]]:
    """Return the matches, one distance after the other."""
    results = []
    apart = [[float(np.linalg.norm(a - b)) for b in index] for a in query]
    for row, distances in enumerate(apart):
        order = sorted(range(len(distances)), key=lambda column: distances[column])
        best = order[0]
        if matching.mutual and min(range(len(query)), key=lambda other: apart[other][best]) != row:
            continue
        if matching.max_distance is not None and not distances[best] < matching.max_distance:
            continue
        second = distances[order[1]] if len(order) > 1 else np.inf
        if matching.ratio is not None and not distances[best] < matching.ratio * second:
            continue
        results.append([row, best])
    return results


@pytest.mark.parametrize("matching", EVERY, ids=repr)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 12), m=st.integers(1, 12))
def test_matches_equal_those_of_a_loop_over_distances(matching: Matching, seed: int, n: int, m: int) -> None:
    query, index = vectors(seed, n), vectors(seed + 1, m)
    assert matching(query, index).tolist() == reference_matches(query, index, matching)


def test_delf_matches_equal_those_of_a_search_tree() -> None:
    query, index = vectors(0, 200, 16), vectors(1, 200, 16)
    distances, nearest = cKDTree(index).query(query, distance_upper_bound=0.9)
    near = np.isfinite(distances)
    expected = np.stack([np.flatnonzero(near), nearest[near]], axis=1)
    assert 20 < len(expected) < 200
    assert np.array_equal(Matching(mutual=False, max_distance=0.9)(query, index), expected)


def test_no_descriptors_give_no_matches() -> None:
    for matching in EVERY:
        assert matching(vectors(0, 0), vectors(1, 5)).shape == (0, 2)
        assert matching(vectors(0, 5), vectors(1, 0)).shape == (0, 2)


def test_of_equally_near_descriptors_the_first_counts_and_none_passes_the_ratio_test() -> None:
    one, twins = np.eye(2, dtype=np.float32)[:1], np.eye(2, dtype=np.float32)[[1, 0, 0]]
    assert Matching()(one, twins).tolist() == [[0, 1]]
    assert Matching(ratio=0.99)(one, twins).tolist() == []
    assert Matching()(twins[1:], one).tolist() == [[0, 0]]


def test_a_single_descriptor_passes_the_ratio_test() -> None:
    assert Matching(ratio=0.5)(np.eye(2)[:1], np.eye(2)[1:]).tolist() == [[0, 0]]


def test_binary_codes_match_by_their_hamming_distance() -> None:
    bits = np.random.default_rng(2).integers(0, 2, (40, 64))
    one, other = bits[:20], bits[20:]
    apart = (one[:, None] != other[None]).sum(axis=2)
    signs = [np.where(each, 1, -1) / 8 for each in (one, other)]
    assert Matching(mutual=False)(*signs)[:, 1].tolist() == apart.argmin(axis=1).tolist()


@pytest.mark.parametrize("wrong", [{"ratio": 0}, {"ratio": 1.2}, {"max_distance": -1}, {"ratio": np.nan}])
def test_parameters_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(HarnessError, match="give a number above 0"):
        Matching(**wrong)
