"""Tests of `solutions.reranking.recursive_expansion` and `solutions.reranking.traversal`.

The references are minimax distances and sets that grow step by step.
"""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.recursive_expansion import merge_lists
from solutions.reranking.traversal import traverse
from tests.solutions.reranking.factories import clustered, graph_of, nearest_by_sorting, rows_of

# A, B, C and D: q-A .9, A-B .85, B-C .8, q-D .35, q-B .3, q-C .1
FOUND = Neighbours(np.array([[0, 3, 1, 2]], np.int32), np.array([[0.9, 0.35, 0.3, 0.1]], np.float32))
GRAPH = Neighbours(
    np.array([[1, -1], [0, 2], [1, -1], [-1, -1]], np.int32),
    np.array([[0.85, -np.inf], [0.85, 0.8], [0.8, -np.inf], [-np.inf, -np.inf]], np.float32),
)
SEEDS, NEIGHBOURS = st.integers(0, 10_000), st.integers(1, 6)


def random_case(seed, g=4, n=25, k=6):
    """Ties abound: similarities are rounded to tenths."""
    index, queries = clustered(n, seed=seed), clustered(3, seed=seed + 1)
    results, graph = nearest_by_sorting(queries, index, k), graph_of(index, g)
    return tuple(Neighbours(each.positions, np.round(each.similarities, 1)) for each in (results, graph))


def best_weakest_edges(results, graph, row):
    """The weakest edge of the best path from a query to each image, by Floyd's and Warshall's algorithm."""
    n = len(graph.positions)
    strength = np.full((n + 1, n + 1), -np.inf, np.float32)
    lists = zip(
        [*graph.positions, results.positions[row]], [*graph.similarities, results.similarities[row]], strict=True
    )
    for place, (positions, similarities) in enumerate(lists):
        strength[place, positions[positions >= 0]] = similarities[positions >= 0]
    for middle in range(n + 1):
        strength = np.maximum(strength, np.minimum(strength[:, [middle]], strength[[middle], :]))
    return strength[n, :n]


def reference_traversal(results, graph, row, threshold, k):
    """Explore and exploit with plain sets: every waiting image with its strongest edge, sorted anew at each turn."""
    visited, strengths = [], []
    edges = dict(zip(results.positions[row].tolist(), results.similarities[row].tolist(), strict=True))
    while True:
        for image in visited:
            for other, strength in zip(
                graph.positions[image].tolist(), graph.similarities[image].tolist(), strict=True
            ):
                edges[other] = max(strength, edges.get(other, -np.inf))
        waiting = sorted((-s, image) for image, s in edges.items() if image >= 0 and image not in visited)
        turn = [each for each in waiting if -each[0] > threshold] or waiting[:1]
        if not turn or len(visited) >= k:
            return visited[:k], strengths[:k]
        visited += [image for _, image in turn]
        strengths += [-s for s, _ in turn]


def reference_merge(results, graph, row, lists, rounds, gamma):
    n = len(graph.positions)
    edges, own = np.zeros((n, n)), np.zeros(n)
    for image in range(n):
        for other, s in zip(graph.positions[image], graph.similarities[image], strict=True):
            edges[image, other] = max(float(s), 0) ** gamma if other >= 0 else edges[image, other]
    for image, s in zip(results.positions[row], results.similarities[row], strict=True):
        own[image] = max(float(s), 0) ** gamma if image >= 0 else own[image]
    counts = own
    for _ in range(rounds):
        kept = counts.astype(np.float32).astype(np.float64)  # what a list of neighbours holds
        first = np.sort(np.lexsort((np.arange(n), -kept))[:lists])
        counts = own + sum(kept[image] * edges[image] for image in first if kept[image] > 0)
    return counts


def test_transitive_matches_are_found():
    assert rows_of(FOUND) == [[0, 3, 1, 2]], "A, D, B, C by similarity alone"
    for results in (
        traverse(FOUND, GRAPH, threshold=math.inf),
        traverse(FOUND, GRAPH, threshold=0.42),
        merge_lists(FOUND, GRAPH, lists=2, rounds=2),
    ):
        assert rows_of(results) == [[0, 1, 2, 3]] or rows_of(results) == [[1, 0, 2, 3]]
    weakest = traverse(FOUND, GRAPH, threshold=math.inf, k=4).similarities[0]
    assert weakest.tolist() == pytest.approx([0.9, 0.85, 0.8, 0.35])


@settings(max_examples=40, deadline=None)
@given(SEEDS, NEIGHBOURS)
def test_a_traversal_without_threshold_finds_the_best_weakest_edge_of_all_paths(seed, g):
    results, graph = random_case(seed, g)
    answer = traverse(results, graph, threshold=math.inf, k=25)
    for row in range(3):
        expected = best_weakest_edges(results, graph, row)
        listed = answer.positions[row][answer.positions[row] >= 0]
        assert sorted(listed.tolist()) == np.flatnonzero(expected > -np.inf).tolist()
        assert np.array_equal(answer.similarities[row, : len(listed)], expected[listed])


@settings(max_examples=60, deadline=None)
@given(SEEDS, NEIGHBOURS, st.sampled_from([-1, 0.0, 0.3, 0.5, 0.8, math.inf]), st.sampled_from([1, 5, 40]))
def test_a_traversal_equals_that_of_plain_sets(seed, g, threshold, k):
    results, graph = random_case(seed, g)
    answer = traverse(results, graph, threshold=threshold, k=k)
    for row in range(3):
        visited, strengths = reference_traversal(results, graph, row, threshold, k)
        assert rows_of(answer)[row] == visited
        expected = np.minimum.accumulate(np.float32(strengths))
        assert np.array_equal(answer.similarities[row, : len(visited)], expected)


@settings(max_examples=60, deadline=None)
@example(seed=0, g=2, lists=3, rounds=1, gamma=3.0)
@given(SEEDS, NEIGHBOURS, st.sampled_from([1, 3]), st.sampled_from([0, 1, 3]), st.sampled_from([1.0, 3.0]))
def test_merged_lists_equal_the_explicit_sums(seed, g, lists, rounds, gamma):
    results, graph = random_case(seed, g)
    answer = merge_lists(results, graph, lists=lists, rounds=rounds, gamma=gamma, k=25)
    for row in range(3):
        counts = reference_merge(results, graph, row, lists, rounds, gamma).astype(np.float32)
        reached = np.flatnonzero(counts > 0)
        order = reached[np.lexsort((reached, -counts[reached]))]
        assert rows_of(answer)[row][: len(order)] == order.tolist()
        assert answer.similarities[row, : len(order)] == pytest.approx(counts[order], rel=1e-6)


def test_merging_without_rounds_changes_nothing():
    index, queries = clustered(25), clustered(3, seed=1)
    results, graph = nearest_by_sorting(queries, index, 6), graph_of(index, 4)
    assert np.array_equal(merge_lists(results, graph, rounds=0, k=6).positions, results.positions)
