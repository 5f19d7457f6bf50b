"""Tests of `solutions.local.asmk`, `solutions.local.asmk_searcher`, `solutions.local.aggregation`,
`solutions.local.inverted_file` and `solutions.local.match_kernels`.

The references are explicit loops, a worked example, and the package of the authors if it is installed.
"""

import numpy as np
import pytest

from harness.cpu_budget import limit_cores
from harness.errors import HarnessError
from solutions.local.aggregation import aggregate
from solutions.local.asmk import Asmk, AsmkMatcher
from solutions.local.asmk_searcher import AsmkSearcher
from solutions.local.codebook import Codebook
from solutions.local.inverted_file import InvertedFile
from solutions.neighbours.neighbours import empty_neighbours
from tests.solutions.local.factories import FakeExtractor, Images, some_images
from tests.solutions.local.reference_asmk import reference_results
from tests.solutions.neighbours.reference import assert_same

CORNERS = np.array([[0, 0], [10, 10]], np.float32)
KNOBS = [
    Asmk(),
    Asmk(binary=False),
    Asmk(idf=True, assignments=2),
    Asmk(binary=False, idf=True, alpha=1.5, assignments=1),
    Asmk(threshold=0.25, alpha=2),
    Asmk(binary=False, threshold=0.3),
]


def search_index(queries, index, centroids, asmk, k, cuts=()):
    """What is found for queries, each `(rows, d)`, where the index comes in chunks that end at the cuts."""
    codebook = Codebook(np.asarray(centroids, np.float32))
    parts = [chunk for chunk in np.split(np.arange(len(index)), list(cuts)) if len(chunk)]
    file = InvertedFile.from_chunks(
        (aggregates(index, part, codebook, binary=asmk.binary) for part in parts), len(codebook), len(index)
    )
    query_aggregates = aggregates(
        queries, np.arange(len(queries)), codebook, binary=asmk.binary, assignments=asmk.assignments
    )
    return AsmkMatcher(file, asmk, codebook.centroids.shape[1]).nearest(query_aggregates, range(len(queries)), k)


def aggregates(images, part, codebook, **knobs):
    owners = np.repeat(part, [len(images[number]) for number in part])
    return aggregate(np.concatenate([images[number] for number in part]), owners, codebook, **knobs)


@pytest.mark.parametrize("binary", [True, False])
def test_the_worked_example_has_a_similarity_of_one_half(binary):
    query = np.array([[1, 0.5], [0.5, 1], [11, 10]], np.float32)
    image = np.array([[1, 1], [10, 11]], np.float32)
    results = search_index([query], [image], CORNERS, Asmk(binary=binary, assignments=1), 1)
    assert results.positions.tolist() == [[0]]
    assert results.similarities == pytest.approx(np.array([[0.5]]), abs=1e-5)


@pytest.mark.parametrize("asmk", KNOBS, ids=repr)
@pytest.mark.parametrize("d", [3, 40, 64, 130])
def test_results_equal_those_of_comparing_all_pairs(asmk, d):
    random = np.random.default_rng(d)
    index, queries, centroids = some_images(23, d, random), some_images(6, d, random), random.standard_normal((9, d))
    centroids = centroids.astype(np.float32)
    results, expected = (
        search_index(queries, index, centroids, asmk, 20),
        reference_results(queries, index, centroids, asmk, 20),
    )
    if asmk.binary:
        assert_same(results, expected)
    else:
        np.testing.assert_allclose(results.similarities, expected.similarities, rtol=1e-5)
        assert (results.positions == expected.positions).mean() > 0.99


def test_ties_are_in_order_of_position():
    image = np.array([[1, 1], [10, 11]], np.float32)
    results = search_index([image], [image] * 5, CORNERS, Asmk(), 3)
    assert results.positions.tolist() == [[0, 1, 2]]


def test_padding_bits_do_not_count():
    centroid, one, other = np.zeros((1, 40), np.float32), np.ones((1, 40), np.float32), np.ones((1, 40), np.float32)
    other[0, :10] = -1
    results = search_index([one], [other], centroid, Asmk(), 1)
    assert results.similarities == pytest.approx(np.array([[0.5**3]]))  # 1 - 2 * 10 / 40, and not 1 - 2 * 10 / 64


def test_images_without_a_common_word_are_not_found():
    results = search_index([CORNERS[:1] + 1], [CORNERS[1:] + 1, CORNERS[:1] + 2], CORNERS, Asmk(assignments=1), 2)
    assert results.positions.tolist() == [[1, -1]]
    assert results.similarities.tolist() == [[1.0, -np.inf]]


@pytest.mark.parametrize("binary", [True, False])
def test_an_image_without_descriptors_finds_nothing_and_is_not_found(binary):
    nothing, image = np.zeros((0, 2), np.float32), np.array([[1, 1]], np.float32)
    results = search_index([nothing, image], [nothing, image, nothing], CORNERS, Asmk(binary=binary), 2)
    assert results.positions.tolist() == [[-1, -1], [1, -1]]
    assert (search_index([image], [nothing], CORNERS, Asmk(binary=binary), 2).positions == -1).all()


def test_a_descriptor_equal_to_its_word_has_a_zero_residual_and_an_empty_code():
    on_it, beyond, before = CORNERS[:1], CORNERS[:1] + 1, CORNERS[:1] - 1
    vectors = search_index([on_it], [on_it, beyond], CORNERS, Asmk(binary=False, assignments=1), 2)
    assert vectors.positions.tolist() == [[-1, -1]]
    signs = search_index([on_it], [on_it, beyond, before], CORNERS, Asmk(assignments=1), 3)
    assert signs.positions.tolist() == [[0, 2, -1]]


def test_in_an_index_of_one_image_all_idf_weights_are_zero():
    image = np.array([[1, 1]], np.float32)
    assert search_index([image], [image], CORNERS, Asmk(idf=True), 1).positions.tolist() == [[-1]]


def test_results_do_not_depend_on_chunks_cores_or_batch():
    random = np.random.default_rng(5)
    index, queries, centroids = (
        some_images(40, 24, random),
        some_images(8, 24, random),
        random.standard_normal((30, 24)),
    )
    for asmk in (Asmk(idf=True), Asmk(binary=False)):
        whole = search_index(queries, index, centroids, asmk, 10)
        assert_same(search_index(queries, index, centroids, asmk, 10, cuts=[1, 2, 20, 39]), whole)
        for number in range(len(queries)):
            one = search_index(queries[number : number + 1], index, centroids, asmk, 10)
            np.testing.assert_array_equal(one.positions[0], whole.positions[number])
            np.testing.assert_array_equal(one.similarities[0], whole.similarities[number])
        with limit_cores(3):
            assert_same(search_index(queries, index, centroids, asmk, 10), whole)


def test_the_order_of_the_index_only_permutes_positions():
    random = np.random.default_rng(6)
    index, queries, centroids = (
        some_images(30, 70, random),
        some_images(4, 70, random),
        random.standard_normal((12, 70)),
    )
    order = random.permutation(len(index))
    results = search_index(queries, index, centroids, Asmk(), 30)
    again = search_index(queries, [index[place] for place in order], centroids, Asmk(), 30)
    np.testing.assert_array_equal(results.similarities, again.similarities)
    for one, other in zip(results.positions, again.positions, strict=True):
        assert set(one[one >= 0]) == set(order[other[other >= 0]])


@pytest.mark.parametrize("knobs", [{"alpha": 0}, {"threshold": -0.1}, {"threshold": 1}, {"assignments": 0}])
def test_parameters_out_of_range_are_refused(knobs):
    with pytest.raises(HarnessError, match="give an alpha above 0, a threshold from 0 to below 1"):
        Asmk(**knobs)


def test_the_inverted_file_is_cached_and_results_do_not_depend_on_the_batch(tmp_path, monkeypatch):
    random = np.random.default_rng(7)
    index, queries = Images(some_images(25, 16, random), tmp_path), Images(some_images(9, 16, random), tmp_path)
    codebook, asmk = Codebook(random.standard_normal((20, 16)).astype(np.float32)), Asmk()
    results = AsmkSearcher.build(index, FakeExtractor(), codebook, asmk).search(queries, 5)
    assert_same(results, reference_results(queries.descriptors, index.descriptors, codebook.centroids, asmk, 5))
    monkeypatch.setattr("solutions.local.asmk_searcher.InvertedFile.from_chunks", None)  # making it anew would call it
    monkeypatch.setattr("solutions.local.asmk_searcher._ROWS", 7)
    kept = AsmkSearcher.build(index, FakeExtractor(), codebook, asmk)
    assert_same(kept.search(queries, 5), results)
    assert_same(kept.search(queries[3:4], 5), type(results)(results.positions[3:4], results.similarities[3:4]))
    assert_same(kept.search(queries[:0], 5), empty_neighbours(0, 5))


def test_an_index_without_descriptors_gives_no_results(tmp_path):
    bare = Images([np.zeros((0, 16), np.float32)] * 3, tmp_path)
    searcher = AsmkSearcher.build(bare, FakeExtractor(), Codebook(np.zeros((0, 16), np.float32)), Asmk())
    assert (searcher.search(bare, 2).positions == -1).all()


@pytest.mark.parametrize("asmk", [Asmk(), Asmk(binary=False), Asmk(idf=True, assignments=3), Asmk(threshold=0.1)])
@pytest.mark.parametrize("d", [32, 40, 128])
def test_results_equal_those_of_the_authors_package(asmk, d):
    package = pytest.importorskip("asmk", reason="needs a C compiler to be installed; make bench brings it")
    random = np.random.default_rng(d)
    index = [image for image in some_images(30, d, random, most=30) if len(image)]
    queries = [image for image in some_images(6, d, random, most=30) if len(image)]
    centroids = random.standard_normal((12, d)).astype(np.float32)
    theirs = by_package(package, queries, index, centroids, asmk)
    padded = -(-d // 32) * 32  # theirs count the bits that fill up a word as equal
    wide = [np.pad(each, ((0, 0), (0, (padded - d) * asmk.binary))) for each in (*index, *queries, centroids)]
    results = search_index(wide[len(index) : -1], wide[: len(index)], wide[-1], asmk, len(index))
    ours = np.zeros_like(theirs)
    for row, (places, similarities) in enumerate(zip(results.positions, results.similarities, strict=True)):
        ours[row, places[places >= 0]] = similarities[places >= 0]
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def by_package(package, queries, index, centroids, asmk):
    """Return the similarities `(n_queries, n_index)` of the authors' package."""
    knobs = {
        "index": {"gpu_id": None},
        "train_codebook": {"codebook": {"size": len(centroids)}},
        "build_ivf": {
            "kernel": {"binary": asmk.binary},
            "ivf": {"use_idf": asmk.idf},
            "quantize": {"multiple_assignment": 1},
            "aggregate": {},
        },
        "query_ivf": {
            "quantize": {"multiple_assignment": asmk.assignments},
            "aggregate": {},
            "search": {"topk": len(index)},
            "similarity": {"similarity_threshold": asmk.threshold, "alpha": asmk.alpha},
        },
    }
    method = package.ASMKMethod.initialize_untrained(knobs)
    factory = __import__("asmk.index", fromlist=["index"]).initialize_index(gpu_id=None)
    method.codebook = __import__("asmk.codebook", fromlist=["codebook"]).Codebook(factory, size=len(centroids))
    method.codebook.index(centroids)
    numbered = [np.repeat(np.arange(len(some)), [len(image) for image in some]) for some in (index, queries)]
    method = method.build_ivf(np.concatenate(index), numbered[0])
    _, _, ranks, similarities = method.query_ivf(np.concatenate(queries), numbered[1])
    table = np.empty_like(similarities)
    np.put_along_axis(table, ranks, similarities, axis=1)
    return table
