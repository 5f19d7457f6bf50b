"""Tests of `solutions.descriptors.pairs`, `solutions.descriptors.ensemble` and `solutions.descriptors.remap`."""

from itertools import combinations
from math import log
from pathlib import Path

import numpy as np
import pytest

from harness import HarnessError
from harness.data.competition import Competition
from harness.solution.registry import load_solution
from solutions.descriptors.ensemble import FIRST_PLACE_WEIGHTS, UNSUPERVISED_VIEWS, concatenate, with_precision
from solutions.descriptors.pairs import matching_pairs, other_pairs
from solutions.descriptors.remap import BINS, Remap, kl_divergence, learn_remap, region_weights
from solutions.descriptors.whitening.pca_whitening import Whitening
from tests.factories.competitions import make_competition

DRAWN = np.random.default_rng(8)
IDS = np.array([f"image{number}" for number in range(24)])
LABELS = np.repeat([4, 5, 6, 7], [1, 2, 6, 15])


@pytest.fixture
def competition(tmp_path: Path) -> Competition:
    return Competition.open(make_competition(tmp_path / "competition", landmarks=4, train=6), tmp_path / "store")


def named(pairs: np.ndarray, ids: np.ndarray) -> set[frozenset[str]]:
    return {frozenset(ids[pair].tolist()) for pair in pairs}


def test_matching_pairs_are_all_pairs_up_to_a_limit_for_each_landmark() -> None:
    pairs = matching_pairs(IDS, LABELS, most=1000)
    expected = {
        frozenset(IDS[list(pair)].tolist()) for pair in combinations(range(24), 2) if len(set(LABELS[list(pair)])) == 1
    }
    assert named(pairs, IDS) == expected
    assert len(pairs) == len(expected)
    few = matching_pairs(IDS, LABELS, most=15)
    assert np.unique(LABELS[few[:, 0]], return_counts=True)[1].tolist() == [1, 15, 15]
    assert (np.bincount(few[LABELS[few[:, 0]] == 7].ravel())[9:] == 2).all()


def test_other_pairs_are_all_pairs_up_to_a_limit() -> None:
    pairs = other_pairs(IDS, LABELS, 1000)
    expected = {
        frozenset(IDS[list(pair)].tolist()) for pair in combinations(range(24), 2) if len(set(LABELS[list(pair)])) == 2
    }
    assert named(pairs, IDS) == expected
    assert len(pairs) == len(expected)
    assert len(other_pairs(IDS, LABELS, 9)) == 9
    assert not len(other_pairs(IDS[:1], LABELS[:1], 9))


def test_pairs_do_not_depend_on_the_order_of_the_images() -> None:
    order = DRAWN.permutation(24)
    for draw in (lambda ids, labels: matching_pairs(ids, labels, 7), lambda ids, labels: other_pairs(ids, labels, 30)):
        assert named(draw(IDS[order], LABELS[order]), IDS[order]) == named(draw(IDS, LABELS), IDS)
    assert named(matching_pairs(IDS, LABELS, 7, seed=1), IDS) != named(matching_pairs(IDS, LABELS, 7), IDS)


def test_cosines_of_a_concatenation_are_mixed_by_squared_weights() -> None:
    parts = [DRAWN.normal(size=(5, d)) * 9 for d in (3, 4, 5, 6, 7, 8)]
    result = concatenate(parts, FIRST_PLACE_WEIGHTS)
    units = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in parts]
    mixed = sum(w**2 * each @ each.T for w, each in zip((2, 1.5, 1.5, 1.5, 1, 1), units, strict=True)) / 12.75
    assert np.allclose(result @ result.T, mixed, atol=1e-6)
    assert result.dtype == np.float32


def test_a_missing_part_makes_the_row_nan() -> None:
    rows = concatenate([np.array([[1.0], [np.nan]]), np.array([[0.0, 0], [1, 1]])])
    assert rows[0].tolist() == pytest.approx([0.5**0.5, 0, 0])
    assert np.isnan(rows[1]).all()


@pytest.mark.parametrize("weights", [(1,), (1, 0), (1, np.nan), (1, np.inf)])
def test_each_descriptor_needs_a_weight(weights: tuple) -> None:
    with pytest.raises(HarnessError, match="give a weight above 0 for each"):
        concatenate([np.ones((2, 2))] * 2, weights)
    with pytest.raises(HarnessError, match="give a weight above 0 for each"):
        concatenate([])


def test_the_divergence_of_a_worked_example_and_of_empty_bins() -> None:
    assert kl_divergence(np.array([7, 2, 1]), np.array([1, 2, 7])).item() == pytest.approx(
        0.7 * log(7) + 0.1 * log(1 / 7), abs=1e-4
    )
    assert kl_divergence(np.array([5, 0]), np.array([0, 5])).item() == pytest.approx(log(1e6), abs=1e-3)
    assert kl_divergence(np.array([3, 4]), np.array([6, 8])).item() == pytest.approx(0)


def random_regions(labels: np.ndarray, regions: int = 3, d: int = 8) -> np.ndarray:
    """Return regions (n, regions, d): the first separates landmarks, the others do not."""
    rows = DRAWN.normal(size=(len(labels), regions, d))
    rows[:, 0] += 20 * np.random.default_rng(1).normal(size=(labels.max() + 1, d))[labels]
    return (rows / np.linalg.norm(rows, axis=2, keepdims=True)).astype(np.float32)


def test_a_region_that_separates_landmarks_has_a_larger_weight() -> None:
    labels = np.repeat(np.arange(6), 8)
    ids, regions = np.arange(48).astype(str), random_regions(labels)
    matching = matching_pairs(ids, labels)
    others = other_pairs(ids, labels, len(matching))
    weights = region_weights(regions, matching, others)
    for region in range(3):
        p, q = np.full(BINS, 0.0), np.full(BINS, 0.0)
        for counts, pairs in ((p, matching), (q, others)):
            for one, two in pairs:
                distance = np.linalg.norm(regions[one, region].astype(float) - regions[two, region])
                counts[min(int(distance * 32), 63)] += 1
        assert weights[region] == pytest.approx(kl_divergence(p, q), abs=0.05)
    assert weights[0] > 3 * weights[1:].max()
    assert (weights >= 0).all()


def test_remap_concatenates_the_weighted_sums_of_whitened_regions(competition: Competition) -> None:
    labels = np.asarray(competition.labels)
    layers = [random_regions(labels), random_regions(labels, d=5)]
    layers[1][2] = np.nan
    result = learn_remap(competition.train, labels, layers, dims=4)
    rows = result(layers)
    assert rows.shape == (len(labels), 8)
    expected = []
    for layer, whitening, weights in zip(layers, result.whitenings, result.weights, strict=True):
        each = (layer[7].astype(float) - whitening.mean) @ whitening.projection
        total = weights @ (each / np.linalg.norm(each, axis=1, keepdims=True))
        expected.append(total / np.linalg.norm(total))
    assert np.allclose(rows[7], np.concatenate(expected) / 2**0.5, atol=1e-6)
    assert np.isnan(rows[2]).all()
    assert np.array_equal(result([layer[5:9] for layer in layers]), rows[5:9])


def test_remap_needs_two_landmarks(competition: Competition) -> None:
    n = len(competition.labels)
    for labels in (np.zeros(n, int), np.arange(n)):
        with pytest.raises(HarnessError, match="one landmark and one of another"):
            learn_remap(competition.train, labels, [random_regions(np.zeros(n, int))], 4)


def test_remap_uses_the_weights_of_all_regions() -> None:
    layer, turn = DRAWN.normal(size=(4, 2, 3)).astype(np.float32), Whitening(np.zeros(3), np.eye(3))
    first = Remap([turn], [np.array([1.0, 0.0])])([layer])
    assert np.allclose(first, layer[:, 0] / np.linalg.norm(layer[:, 0], axis=1, keepdims=True), atol=1e-6)


def test_a_precision_changes_the_networks_of_all_extractors_and_nothing_else() -> None:
    views = with_precision(UNSUPERVISED_VIEWS, "bf16")
    assert {view.network.precision for view in views} == {"bf16"}
    assert with_precision(views, "float32") == UNSUPERVISED_VIEWS


@pytest.mark.parametrize("name", ["fourth_place", "tenth_place"])
@pytest.mark.parametrize("frame", ["squash", "crop"])
def test_solutions_of_squares_describe_in_their_precision(name: str, frame: str) -> None:
    solution = load_solution(f"{name}(precision='bf16', frame='{frame}')")
    assert solution._extractor("lite0").network.precision == "bf16"


def test_whole_photographs_are_described_in_the_precision_of_fourth_place() -> None:
    (view,) = load_solution("fourth_place(precision='bf16')")._extractor("lite0")
    assert view.network.precision == "bf16"
