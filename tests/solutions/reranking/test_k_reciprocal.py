"""Tests of `solutions.reranking.k_reciprocal` and `solutions.reranking.k_reciprocal_kernels`.

The reference is the procedure of the paper on dense matrices, one query at a time.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import HarnessError
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.k_reciprocal import k_reciprocal
from tests.solutions.reranking.factories import clustered, graph_of, nearest_by_sorting, rows_of


def reference_distances(query, index, k1, k2, share):
    """The final distances of the paper between a query and an index, with 1 - similarity as distance."""
    images = np.vstack([index, query[None]]).astype(np.float64)  # the query last: it stands behind its equals
    n = len(images)
    distance = 1 - (images @ images.T).astype(np.float32).astype(np.float64)
    np.fill_diagonal(distance, 0)
    rank = np.argsort(distance - 9 * np.eye(n), axis=1, kind="stable")

    def mutual(i, k):
        return [j for j in rank[i, : k + 1] if i in rank[j, : k + 1]]

    codes = np.zeros((n, n))
    for i in range(n):
        members = set(mutual(i, k1))
        for j in mutual(i, k1):
            further = set(mutual(j, round(k1 / 2)))
            if len(further & set(mutual(i, k1))) > 2 / 3 * len(further):
                members |= further
        places = sorted(members)
        codes[i, places] = np.exp(-distance[i, places])
        codes[i] /= codes[i].sum()
    codes = np.array([codes[rank[i, :k2]].mean(axis=0) for i in range(n)])
    shared = np.minimum(codes[-1], codes[:-1]).sum(axis=1)
    return (1 - share) * (1 - shared / (2 - shared)) + share * distance[-1, :-1]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 1000), st.sampled_from([2, 5, 8]), st.integers(1, 4), st.sampled_from([0.0, 0.3, 1.0]), st.booleans()
)
def test_distances_equal_those_of_the_paper(seed, near, mean_of, share, duplicates):
    index, queries = clustered(24, seed=seed, d=16), clustered(3, seed=seed + 1, d=16)
    if duplicates:
        index[5], index[6], queries[0] = index[9], index[9], index[9]
    results = k_reciprocal(
        nearest_by_sorting(queries, index, 24), graph_of(index, 23), near=near, mean_of=mean_of, share=share, k=24
    )
    for row, query in enumerate(queries):
        expected = reference_distances(query, index, near, mean_of, share)
        assert sorted(results.positions[row].tolist()) == list(range(24))
        assert 1 - results.similarities[row] == pytest.approx(expected[results.positions[row]], abs=1e-6)


def test_only_the_first_are_re_ranked_and_the_others_follow():
    index, queries = clustered(40), clustered(5, seed=1)
    results, graph = nearest_by_sorting(queries, index, 20), graph_of(index, 15)
    answer = k_reciprocal(results, graph, near=6, mean_of=2, top=8, k=20)
    assert np.array_equal(answer.positions[:, 8:], results.positions[:, 8:])
    assert np.array_equal(np.sort(answer.positions[:, :8]), np.sort(results.positions[:, :8]))
    assert (answer.positions[:, :8] != results.positions[:, :8]).any()


def test_images_in_neither_list_have_the_similarity_of_the_last_entry():
    index, queries = clustered(40), clustered(6, seed=1)
    results = nearest_by_sorting(queries, index, 40)
    short, long = (k_reciprocal(results, graph_of(index, g), near=6, mean_of=2, k=40) for g in (6, 39))
    assert short.similarities == pytest.approx(long.similarities, abs=0.02)


def test_a_graph_with_edges_to_itself_gives_the_same():
    index, queries = clustered(30), clustered(4, seed=1)
    results = nearest_by_sorting(queries, index, 30)
    plain = k_reciprocal(results, graph_of(index, 10), near=5, k=30)
    with_self = k_reciprocal(results, nearest_by_sorting(index, index, 11), near=5, k=30)
    assert np.array_equal(plain.positions, with_self.positions)
    assert np.array_equal(plain.similarities, with_self.similarities)


def test_a_graph_with_lists_that_are_too_short_is_refused():
    index = clustered(30)
    with pytest.raises(HarnessError, match="a graph of 4 neighbours is too small for near=5"):
        k_reciprocal(nearest_by_sorting(index, index, 5), graph_of(index, 4), near=5)
    with pytest.raises(HarnessError, match="must be 1 or more"):
        k_reciprocal(nearest_by_sorting(index, index, 5), graph_of(index, 9), near=5, mean_of=0)


def test_common_neighbours_outweigh_similarity():
    """The query resembles a stranger most, but its neighbourhood is that of the group."""
    positions, similarities = np.full((5, 4), -1, np.int32), np.full((5, 4), -np.inf, np.float32)
    for image in range(4):
        positions[image, :3] = [each for each in range(4) if each != image]
        similarities[image, :3] = 0.9
    graph = Neighbours(positions, similarities)
    results = Neighbours(np.array([[4, 0, 1, 2, 3]], np.int32), np.array([[0.95, 0.91, 0.91, 0.91, 0.91]], np.float32))
    assert rows_of(k_reciprocal(results, graph, near=4, mean_of=1))[0][:4] == [0, 1, 2, 3]
