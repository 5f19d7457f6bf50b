"""Tests of `solutions.retrieval.embeddings`: against brute force, the parts it is built from, and the contract."""

from pathlib import Path

import numpy as np
import pytest

from harness.contract import check
from harness.contract.check import check_solution
from harness.data.competition import Competition
from harness.data.embeddings.adding import add_embeddings
from harness.data.embeddings.reading import open_vector_files
from harness.data.split import make_folds, own_split, save_folds
from harness.delivery.descriptors import write_descriptors
from harness.errors import HarnessError
from harness.running.runner import Runner
from harness.solution.registry import load_solution
from harness.workspace import Workspace
from solutions.descriptors.whitening.pair_whitening import learn_pair_whitening
from solutions.descriptors.whitening.pca_whitening import learn_pca_whitening
from solutions.neighbours.exact import nearest, neighbour_graph
from solutions.reranking.affinity import normalised_affinity
from solutions.reranking.diffusion import diffuse
from solutions.reranking.index_augmentation import augment_index
from solutions.reranking.k_reciprocal import k_reciprocal
from solutions.reranking.query_expansion import expand_queries
from tests.factories.vectors import thumbnails, write_npz


def add(competition: Competition, ids, vectors, name: str = "mine") -> None:
    path = write_npz(Path(competition.index.store).parent / "vectors.npz", list(ids), vectors)
    tables = [images.source for images in (competition.queries, competition.index, competition.train)]
    add_embeddings(name, open_vector_files([path]), tables)


@pytest.fixture
def competition(competition_folder: Path, workspace: Path) -> Competition:
    """A competition with vectors `mine`; one index image and one query have none."""
    opened = Competition.open(competition_folder, Workspace.open(workspace).descriptors)
    ids, vectors = thumbnails(opened)
    add(opened, np.delete(ids, [2, 9]), np.delete(vectors, [2, 9], axis=0))
    return opened


def rank(competition: Competition, spec: str) -> np.ndarray:
    split = own_split(competition, "retrieval", with_truth=False)
    solution = load_solution(spec)
    solution.fit(split.data)
    return solution.rank(split.queries).positions[:, :10]


def vectors_of(competition: Competition) -> tuple[np.ndarray, np.ndarray]:
    sets = competition.queries, competition.index
    queries, index = (np.asarray(images.describe(images.embeddings("mine"))) for images in sets)
    return queries, index


def test_the_search_equals_brute_force(competition: Competition) -> None:
    queries, index = vectors_of(competition)
    cosines = queries.astype(float) @ index.astype(float).T
    for row, listed in zip(cosines, rank(competition, "embeddings('mine')"), strict=True):
        expected = [each for each in np.argsort(-row, kind="stable") if not np.isnan(row[each])]
        assert listed[listed >= 0].tolist() == expected
    assert np.isnan(cosines).all(axis=1).sum() == 1
    assert np.isnan(cosines).all(axis=0).sum() == 1


def test_a_large_index_is_searched_by_bytes_with_the_same_result(
    competition: Competition, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solutions.neighbours import quantised_exact

    expected = rank(competition, "embeddings('mine')")
    monkeypatch.setattr(quantised_exact, "_MIN_ROWS", 0)
    assert np.array_equal(rank(competition, "embeddings('mine')"), expected)


@pytest.mark.parametrize("alpha", [0.0, 3.0])
def test_whitening_augmentation_and_expansion_are_those_of_the_parts(competition: Competition, alpha: float) -> None:
    queries, index = vectors_of(competition)
    whitening = learn_pca_whitening(competition.index, index, 4, power=0.5)
    queries, index = whitening(queries), augment_index(whitening(index), 3)
    expected = nearest(expand_queries(queries, index, 2, alpha=alpha), index, 10)
    spec = f"embeddings('mine', dims=4, power=0.5, augmentation=3, expansion=2, alpha={alpha})"
    assert np.array_equal(rank(competition, spec), expected.positions)


def test_whitening_with_labels_is_learned_from_train_images(competition: Competition) -> None:
    queries, index = vectors_of(competition)
    train = np.asarray(competition.train.describe(competition.train.embeddings("mine")))
    whitening = learn_pair_whitening(competition.train, competition.labels, train, 4)
    expected = nearest(whitening(queries), whitening(index), 10)
    assert np.array_equal(rank(competition, "embeddings('mine', dims=4, labels=True)"), expected.positions)


def test_diffusion_and_re_ranking_are_those_of_the_parts(competition: Competition) -> None:
    queries, index = vectors_of(competition)
    results = nearest(queries, index, 500)
    diffused = diffuse(results, normalised_affinity(neighbour_graph(index, 3)))
    assert np.array_equal(rank(competition, "embeddings('mine', mutual=3)"), diffused.positions[:, :10])
    reranked = k_reciprocal(results, neighbour_graph(index, 9), near=4)
    assert np.array_equal(rank(competition, "embeddings('mine', reciprocal=4)"), reranked.positions[:, :10])


def test_the_descriptors_of_nearest_rank_as_nearest_does(
    competition: Competition, workspace: Path, tmp_path: Path
) -> None:
    spec, out = "nearest(side=96, weights=None)", tmp_path / "gem.npz"
    expected = rank(competition, spec)
    report = write_descriptors(spec, competition, Workspace.open(workspace), out)
    assert (report.vectors, report.width, report.missing) == (29, 1280, [])
    tables = [images.source for images in (competition.queries, competition.index, competition.train)]
    add_embeddings("gem", open_vector_files([out]), tables)
    assert np.array_equal(rank(competition, "embeddings('gem')"), expected)


@pytest.mark.parametrize(
    "arguments", ["mutual=3, reciprocal=3", "expansion=-1", "reciprocal=50", "power=1e9", "alpha=-1"]
)
def test_impossible_parameters_are_refused(arguments: str) -> None:
    with pytest.raises(HarnessError):
        load_solution(f"embeddings('mine', {arguments})")


def test_a_run_is_repeated_only_if_the_vectors_have_changed(competition: Competition, workspace: Path) -> None:
    runner = Runner(competition, Workspace.open(workspace))
    ids, vectors = thumbnails(competition)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    add(competition, ids, vectors)

    def key(name: str = "mine") -> str:
        (planned,) = runner.plan([f"embeddings('{name}')"])
        return planned.key

    before = key()
    add(competition, ids[::-1], vectors[::-1])
    assert key() == before, "the same vectors in another order"
    add(competition, ids[8:9], -vectors[8:9])
    assert key() != before
    add(competition, ids[8:9], vectors[8:9])
    assert key() == before
    plain = runner.plan(["first_images"])[0].key
    add(competition, ids[8:9], -vectors[8:9])
    assert runner.plan(["first_images"])[0].key == plain


def test_parameters_without_an_effect_are_noted(competition: Competition, workspace: Path) -> None:
    runner = Runner(competition, Workspace.open(workspace))
    specs = "embeddings('mine', dims=48, labels=True)", "embeddings('mine', dims=64)", "embeddings('mine', labels=True)"
    assert [planned.notes for planned in runner.plan(specs)] == [
        (),
        ("embeddings('mine'): dims=64 has the effect of dims=48, because a vector has 48 numbers",),
        ("embeddings('mine'): labels=True has no effect without dims; set dims=192, for example",),
    ]


def test_a_run_without_vectors_is_refused_before_it_starts(competition: Competition, workspace: Path) -> None:
    runner = Runner(competition, Workspace.open(workspace))
    with pytest.raises(HarnessError, match="no embeddings are named 'other'; there are mine"):
        runner.plan(["embeddings('other')"])
    ids, vectors = thumbnails(competition, ("index",))
    add(competition, ids, vectors, "index_only")
    with pytest.raises(HarnessError, match="have no vector of a test image; add them"):
        runner.plan(["embeddings('index_only')"])


def test_folds_use_the_vectors_of_train_images(competition: Competition, workspace: Path) -> None:
    folds = make_folds(competition.train.ids, competition.labels, 2)
    save_folds(Workspace.open(workspace).folds_file(competition.key), competition, folds)
    runner = Runner(competition, Workspace.open(workspace), folds)
    results = list(runner.run(runner.plan(["embeddings('mine')"])))
    assert [result.entry.status for result in results] == ["scored", "scored"]
    assert all((result.entry.score("all") or 0) > 0.9 for result in results)


@pytest.mark.parametrize("arguments", ["", ", dims=8, augmentation=3, expansion=2, mutual=4", ", reciprocal=3"])
def test_it_satisfies_the_contract(arguments: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make = check.small_competition

    def with_vectors(folder: Path) -> Competition:
        competition = make(folder)
        ids, vectors = thumbnails(competition)
        exists = vectors.any(axis=1)
        add(competition, np.array(ids)[exists], vectors[exists])
        return competition

    monkeypatch.setattr(check, "small_competition", with_vectors)
    assert not [result for result in check_solution(f"embeddings('mine'{arguments})", tolerance=0) if result.violation]
