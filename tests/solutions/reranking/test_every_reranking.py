"""Properties that every method of `solutions.reranking` has which takes and returns lists of neighbours."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from harness import HarnessError
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.affinity import normalised_affinity
from solutions.reranking.diffusion import diffuse
from solutions.reranking.k_reciprocal import k_reciprocal
from solutions.reranking.offline_diffusion import diffuse_offline, diffusion_columns
from solutions.reranking.recursive_expansion import merge_lists
from solutions.reranking.spectral_diffusion import diffuse_spectrally, spectrum
from solutions.reranking.traversal import traverse
from tests.solutions.reranking.factories import clustered, graph_of, nearest_by_sorting, rows_of

METHODS = {
    "merge_lists": lambda results, graph, k=100: merge_lists(results, graph, lists=3, rounds=2, k=k),
    "traverse": lambda results, graph, k=100: traverse(results, graph, threshold=0.6, k=k),
    "traverse without threshold": lambda results, graph, k=100: traverse(results, graph, threshold=np.inf, k=k),
    "diffuse": lambda results, graph, k=100: diffuse(results, normalised_affinity(graph), k=k),
    "diffuse_offline": lambda results, graph, k=100: diffuse_offline(
        results, diffusion_columns(normalised_affinity(graph), graph.positions), k=k
    ),
    "diffuse_spectrally": lambda results, graph, k=100: diffuse_spectrally(
        results, spectrum(normalised_affinity(graph), 5), k=k
    ),
    "k_reciprocal": lambda results, graph, k=100: k_reciprocal(results, graph, near=4, mean_of=2, top=10, k=k),
}
INDEX, QUERIES = clustered(60, d=12), clustered(19, d=12, seed=1)
FOUND, GRAPH = nearest_by_sorting(QUERIES, INDEX, 20), graph_of(INDEX, 8)

pytestmark = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def part(results, some):
    return Neighbours(results.positions[some], results.similarities[some])


def same(ones, others):
    return np.array_equal(ones.positions, others.positions) and np.array_equal(ones.similarities, others.similarities)


def test_results_are_lists_of_k_without_repeats_in_descending_order(method):
    for k in (1, 7, 100):
        results = method(FOUND, GRAPH, k)
        assert results.positions.shape == results.similarities.shape == (19, k)
        assert (results.positions.dtype, results.similarities.dtype) == (np.int32, np.float32)
        assert (np.isneginf(results.similarities) == (results.positions < 0)).all()
        for positions, similarities in zip(results.positions, results.similarities, strict=True):
            listed = positions[positions >= 0]
            assert len(listed) >= min(k, 20)
            assert len(set(listed.tolist())) == len(listed)
            assert (positions[len(listed) :] == -1).all()
            assert (np.diff(similarities[: len(listed)]) <= 0).all()


def test_the_order_changes_and_no_result_is_lost(method):
    results = method(FOUND, GRAPH)
    assert rows_of(method(FOUND, GRAPH, 20)) != rows_of(FOUND)
    assert all(set(old) <= set(new) for old, new in zip(rows_of(FOUND), rows_of(results), strict=True))


def test_fewer_are_the_first_of_more(method):
    assert np.array_equal(method(FOUND, GRAPH, 9).positions, method(FOUND, GRAPH, 60).positions[:, :9])


@pytest.mark.parametrize("size", [1, 2, 8, 9])
def test_results_do_not_depend_on_the_batch(method, size):
    whole = method(FOUND, GRAPH)
    for start in range(0, 19, size):
        some = slice(start, start + size)
        assert same(method(part(FOUND, some), GRAPH), part(whole, some))
    mixed = np.random.default_rng(3).permutation(19)
    assert same(method(part(FOUND, mixed), GRAPH), part(whole, mixed))


def test_threads_can_share_the_graph(method):
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda row: method(part(FOUND, [row]), GRAPH), range(19)))
    assert all(same(answer, part(method(FOUND, GRAPH), [row])) for row, answer in enumerate(answers))


def test_the_order_of_the_index_does_not_matter(method):
    order = np.random.default_rng(4).permutation(60)
    results = method(nearest_by_sorting(QUERIES, INDEX[order], 20), graph_of(INDEX[order], 8))
    expected = method(FOUND, GRAPH)
    for row in range(19):
        listed = results.positions[row][results.positions[row] >= 0]
        assert order[listed].tolist() == rows_of(expected)[row]


def test_undecodable_images_are_never_returned_and_change_nothing(method):
    broken = np.insert(INDEX, 7, np.nan, axis=0)
    results = method(nearest_by_sorting(QUERIES, broken, 20), graph_of(broken, 8))
    back = np.insert(np.arange(60), 7, -9)
    assert [back[row].tolist() for row in rows_of(results)] == rows_of(method(FOUND, GRAPH))
    batch = np.insert(QUERIES, 2, np.nan, axis=0)
    results = method(nearest_by_sorting(batch, INDEX, 20), GRAPH)
    assert rows_of(results)[2] == []
    assert same(part(results, np.arange(20) != 2), method(FOUND, GRAPH))


def test_all_duplicates_in_the_index_are_returned(method):
    index = INDEX.copy()
    index[[3, 30, 31]] = QUERIES[0]
    results = method(nearest_by_sorting(QUERIES, index, 20), graph_of(index, 8))
    assert {3, 30, 31} <= set(rows_of(results)[0][:12])


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_all_images_of_a_small_index_are_returned(method, n):
    results = method(nearest_by_sorting(QUERIES, INDEX[:n], 20), graph_of(INDEX[:n], 8))
    assert results.positions.shape == (19, 100)
    assert [sorted(row) for row in rows_of(results)] == [list(range(n))] * 19
    assert method(nearest_by_sorting(QUERIES[:0], INDEX[:n], 20), graph_of(INDEX[:n], 8)).positions.shape == (0, 100)


def test_without_edges_the_results_are_unchanged(method):
    alone = Neighbours(np.full((60, 8), -1, np.int32), np.full((60, 8), -np.inf, np.float32))
    assert rows_of(method(FOUND, alone)) == rows_of(FOUND)


def test_edges_from_an_image_to_itself_are_ignored(method):
    with_self = nearest_by_sorting(INDEX, INDEX, 9)
    assert same(method(FOUND, with_self), method(FOUND, GRAPH))


def test_inputs_may_be_read_only_and_of_any_layout_and_are_not_changed(method):
    results, graph = (
        Neighbours(np.asfortranarray(e.positions), np.asfortranarray(e.similarities)) for e in (FOUND, GRAPH)
    )
    for each in (results.positions, results.similarities, graph.positions, graph.similarities):
        each.flags.writeable = False
    assert same(method(results, graph), method(FOUND, GRAPH))


def test_methods_can_be_chained(method):
    for other in METHODS.values():
        results = other(method(FOUND, GRAPH), GRAPH)
        assert all(set(old) <= set(new) for old, new in zip(rows_of(FOUND), rows_of(results), strict=True))


def test_no_neighbours_are_refused(method):
    with pytest.raises(HarnessError, match="must be 1 or more"):
        method(FOUND, GRAPH, 0)


def test_a_graph_of_another_index_is_refused(method):
    small = graph_of(INDEX[:12], 8)
    with pytest.raises((ValueError, IndexError), match="place|index"):
        method(FOUND, small)
