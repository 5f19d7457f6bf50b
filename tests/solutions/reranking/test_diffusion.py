"""Tests of `solutions.reranking.affinity`, `solutions.reranking.conjugate_gradients`, `solutions.reranking.diffusion`,
`solutions.reranking.offline_diffusion`, `solutions.reranking.spectral_diffusion` and
`solutions.reranking.sparse_matrices`.

The reference solves one dense linear system.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from harness import HarnessError
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.affinity import affinity, normalised_affinity
from solutions.reranking.diffusion import diffuse
from solutions.reranking.offline_diffusion import diffuse_offline, diffusion_columns
from solutions.reranking.spectral_diffusion import diffuse_spectrally, spectrum
from tests.solutions.reranking.factories import clustered, graph_of, nearest_by_sorting, rows_of

DEGREES = np.radians([0, 10, 20, 30, 40, -15, 100, 110])
EIGHT = np.stack([np.cos(DEGREES), np.sin(DEGREES)], axis=1)
QUERY = np.array([[1.0, 0.0]])
MANY = {"steps": 200, "tolerance": 1e-12}


def reference_affinity(graph, gamma):
    n = len(graph.positions)
    lists = [
        dict(zip(p.tolist(), s.tolist(), strict=True)) for p, s in zip(graph.positions, graph.similarities, strict=True)
    ]
    return np.array(
        [
            [max(lists[i][j], 0) ** gamma if i != j and j in lists[i] and i in lists[j] else 0.0 for j in range(n)]
            for i in range(n)
        ]
    ).reshape(n, n)


def laplacian(graph, gamma, alpha):
    """I - alpha S, dense."""
    edges = reference_affinity(graph, gamma)
    roots = np.sqrt(edges.sum(axis=1))
    roots[roots == 0] = 1
    return np.eye(len(edges)) - alpha * edges / roots[:, None] / roots


def starts(results, n, seeds, gamma):
    y = np.zeros((len(results.positions), n))
    for row in range(len(y)):
        for place, s in list(zip(results.positions[row], results.similarities[row], strict=True))[:seeds]:
            if place >= 0:
                y[row, place] = max(float(s), 0) ** gamma
    return y


def reference_diffusion(results, graph, seeds, gamma, alpha):
    return np.linalg.solve(laplacian(graph, gamma, alpha), starts(results, len(graph.positions), seeds, gamma).T).T


def assert_ranked_by(answer, values, results):
    """Those that are reached by value, then the others as they were found."""
    for row, each in enumerate(values):
        reached = [place for place in answer.positions[row].tolist() if place >= 0 and each[place] > 1e-9]
        rest = [place for place in rows_of(answer)[row] if place not in reached]
        assert rows_of(answer)[row] == reached + rest
        assert set(reached) == set(np.flatnonzero(each > 1e-9).tolist())
        assert answer.similarities[row, : len(reached)] == pytest.approx(each[reached], rel=1e-4, abs=1e-6)
        assert (np.diff(each[reached]) < 1e-4).all()
        assert rest == [place for place in rows_of(results)[row] if place not in reached]


def test_the_worked_example():
    results, graph = nearest_by_sorting(QUERY, EIGHT, 8), graph_of(EIGHT, 2)
    edges = np.argwhere(np.triu(affinity(graph).toarray())).tolist()
    assert edges == [[0, 1], [0, 5], [1, 2], [2, 3], [3, 4], [6, 7]]
    assert starts(results, 8, 2, 3)[0] == pytest.approx([1, 0.9551, 0, 0, 0, 0, 0, 0], abs=1e-4)
    normalised = normalised_affinity(graph)
    assert rows_of(results) == [[0, 1, 5, 2, 3, 4, 6, 7]]
    columns = diffusion_columns(normalised, np.tile(np.arange(8), (8, 1)), alpha=0.99, steps=100)
    for answer in (
        diffuse(results, normalised, n_start=2, alpha=0.99, k=8),
        diffuse_offline(results, columns, n_start=2, k=8),
        diffuse_spectrally(results, spectrum(normalised), n_start=2, alpha=0.99, k=8),
    ):
        assert rows_of(answer) == [[0, 1, 2, 3, 5, 4, 6, 7]]
        assert answer.similarities[0, :6] == pytest.approx([40.62, 40.41, 38.51, 37.38, 28.02, 26.17], abs=0.01)


def graphs(seed, g):
    index, queries = clustered(30, seed=seed, apart=2), clustered(11, seed=seed + 1, apart=2)
    return nearest_by_sorting(queries, index, 12), graph_of(index, g)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 8), st.sampled_from([1.0, 3.0]))
def test_affinities_are_of_mutual_neighbours(seed, g, gamma):
    _, graph = graphs(seed, g)
    expected = reference_affinity(graph, gamma)
    assert np.allclose(affinity(graph, gamma=gamma).toarray(), expected)
    assert np.allclose(
        np.eye(30) - 0.9 * normalised_affinity(graph, gamma=gamma).toarray(), laplacian(graph, gamma, 0.9)
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 8), st.sampled_from([0.0, 0.8, 0.99]), st.sampled_from([1, 3, 12]))
def test_all_three_solve_the_same_system(seed, g, alpha, seeds):
    results, graph = graphs(seed, g)
    normalised, options = normalised_affinity(graph), {"n_start": seeds, "k": 30}
    expected = reference_diffusion(results, graph, seeds, 3.0, alpha)
    assert_ranked_by(diffuse(results, normalised, alpha=alpha, **MANY, **options), expected, results)
    columns = diffusion_columns(normalised, np.tile(np.arange(30), (30, 1)), alpha=alpha, **MANY)
    assert_ranked_by(diffuse_offline(results, columns, **options), expected, results)
    assert_ranked_by(diffuse_spectrally(results, spectrum(normalised), alpha=alpha, **options), expected, results)


@pytest.mark.parametrize("alpha", [0.3, 0.9])
def test_truncated_columns_solve_the_truncated_system(alpha):
    _, graph = graphs(3, 6)
    near = graph_of(clustered(30, seed=3, apart=2), 9).positions
    columns = diffusion_columns(normalised_affinity(graph), near, alpha=alpha, **MANY).toarray()
    full = laplacian(graph, 3.0, alpha)
    for image in range(30):
        rows_used = np.union1d(near[image], image)
        expected = np.zeros(30)
        expected[rows_used] = np.linalg.solve(full[np.ix_(rows_used, rows_used)], (rows_used == image).astype(float))
        assert columns[image] == pytest.approx(np.maximum(expected, 0), abs=1e-6)


def test_columns_solved_in_slices_equal_those_solved_at_once():
    _, graph = graphs(3, 6)
    normalised, near = normalised_affinity(graph), graph.positions
    whole = diffusion_columns(normalised, near).toarray()
    some = np.array([7, 0, 29])
    assert np.array_equal(diffusion_columns(normalised, near[some], some).toarray(), whole[some])
    assert diffusion_columns(normalised, near[:0], some[:0]).shape == (0, 30)


def test_few_steps_stay_near_the_seeds_and_no_step_reaches_nothing():
    results, graph = graphs(5, 3)
    normalised = normalised_affinity(graph)
    assert np.array_equal(diffuse(results, normalised, steps=0, k=12).positions, results.positions)
    one = diffuse(results, normalised, n_start=1, steps=1, k=12)
    seed = results.positions[0, 0]
    around = {seed, *normalised[[seed]].indices.tolist()}
    assert set(rows_of(one)[0][: len(around)]) <= around | set(rows_of(results)[0])


def test_few_eigenvectors_are_the_leading_ones_of_each_component():
    results, graph = graphs(2, 7)
    normalised = normalised_affinity(graph)
    leading = spectrum(normalised, 3)
    assert sorted(np.concatenate([each.images for each in leading.components]).tolist()) == list(range(30))
    for each in leading.components:
        block = normalised.toarray()[np.ix_(each.images, each.images)]
        assert each.eigenvalues == pytest.approx(np.linalg.eigvalsh(block)[::-1][:3], abs=1e-9)
        assert np.allclose(each.eigenvectors @ block, each.eigenvalues[:, None] * each.eigenvectors, atol=1e-9)
    assert rows_of(diffuse_spectrally(results, leading, k=12))[0]


def test_a_large_component_is_solved_from_a_fixed_start():
    index, queries = clustered(300, clusters=1, apart=2), clustered(3, seed=1, clusters=1, apart=2)
    results, graph = nearest_by_sorting(queries, index, 20), graph_of(index, 8)
    normalised = normalised_affinity(graph)
    first, again = spectrum(normalised, 20), spectrum(normalised, 20)
    giant = max(first.components, key=lambda each: len(each.images))
    assert len(giant.images) > 256
    answers = [diffuse_spectrally(results, each, k=50) for each in (first, again)]
    assert np.array_equal(answers[0].positions, answers[1].positions)
    block = normalised.toarray()[np.ix_(giant.images, giant.images)]
    assert giant.eigenvalues == pytest.approx(np.linalg.eigvalsh(block)[::-1][:20], abs=1e-9)


def test_an_image_without_mutual_neighbours_keeps_its_similarity():
    graph = Neighbours(
        np.array([[1], [2], [1], [-1]], np.int32), np.array([[0.5], [0.9], [0.9], [-np.inf]], np.float32)
    )
    results = Neighbours(np.array([[0, 3]], np.int32), np.array([[0.8, 0.5]], np.float32))
    for answer in (
        diffuse(results, normalised_affinity(graph)),
        diffuse_spectrally(results, spectrum(normalised_affinity(graph))),
        diffuse_offline(results, diffusion_columns(normalised_affinity(graph), graph.positions)),
    ):
        assert rows_of(answer) == [[0, 3]]
        assert answer.similarities[0, :2] == pytest.approx([0.8**3, 0.5**3])


def test_an_asymmetric_graph_uses_the_smaller_of_two_edges():
    graph = Neighbours(np.array([[1], [0]], np.int32), np.array([[0.5], [0.4]], np.float32))
    assert affinity(graph, gamma=1).toarray() == pytest.approx(np.array([[0, 0.4], [0.4, 0]]))


def test_invalid_parameters_are_refused():
    results, graph = graphs(1, 3)
    normalised = normalised_affinity(graph)
    for call in (
        lambda: diffuse(results, normalised, alpha=1.0),
        lambda: diffusion_columns(normalised, graph.positions, alpha=1.0),
        lambda: diffuse_spectrally(results, spectrum(normalised), alpha=1.0),
    ):
        with pytest.raises(HarnessError, match="below 1"):
            call()
    for call in (
        lambda: diffuse(results, normalised, n_start=0),
        lambda: diffuse_spectrally(results, spectrum(normalised), n_start=0),
        lambda: diffuse_offline(results, csr_array((30, 30)), n_start=0),
        lambda: spectrum(normalised, 0),
    ):
        with pytest.raises(HarnessError, match="must be 1 or more"):
            call()
