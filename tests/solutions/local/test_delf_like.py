"""Tests of `solutions.local.delf_like`.

Keypoints, order, projection and attention; the reference computes one feature map at a time.
"""

from pathlib import Path

import cv2
import numpy as np
import pytest

from harness import HarnessError
from harness.data.competition import Competition
from solutions.descriptors.extractors.multiscale import resize_to_bucket
from solutions.descriptors.networks.backbone import Backbone
from solutions.local.attention import Attention
from solutions.local.delf_like import DelfLike, cell_keypoints
from solutions.local.extractor import LocalFeatures
from tests.factories.competitions import make_competition
from tests.solutions.local.image_factories import textured

SMALL = {"longest": 64, "scales": (0.5, 1.0)}


def coloured(seed: int, height: int = 96, width: int = 128) -> np.ndarray:
    return np.stack([textured(seed + channel, height, width) for channel in range(3)], axis=2)


def reference_cells(
    image: np.ndarray, scales: tuple[float, ...], longest: int
) -> list[tuple[float, np.ndarray, list[float]]]:
    """Return length, direction and place of every cell, one after the other, strongest first."""
    height, width = image.shape[:2]
    frame = longest / max(height, width)
    cells = []
    for scale in scales:
        maps = Backbone(layer="block10_sum").forward(resize_to_bucket(image, longest * scale)[None], 1)["maps"][0]
        for row in range(maps.shape[0]):
            for column in range(maps.shape[1]):
                y = (row + 0.5) / maps.shape[0] * height * frame - 0.5
                x = (column + 0.5) / maps.shape[1] * width * frame - 0.5
                length = float(np.linalg.norm(maps[row, column]))
                cells.append((length, maps[row, column] / length, [x, y]))
    return sorted(cells, key=lambda cell: -cell[0])


@pytest.mark.slow
def test_rows_are_the_cells_of_largest_norm_of_all_scales() -> None:
    image = coloured(0)
    results = DelfLike(**SMALL, max_features=5).describe([coloured(9, 64, 64), image])
    expected = reference_cells(image, (0.5, 1.0), 64)[:5]
    assert np.allclose(results["descriptors"][1], [cell[1] for cell in expected], atol=1e-3)
    assert np.allclose(results["keypoints"][1][:, :2], [cell[2] for cell in expected], atol=1e-4)
    assert results["frame"].tolist() == [[64, 64], [64, 48]]
    assert results["descriptors"][1].dtype == np.float16
    vectors = DelfLike().vectors(results["descriptors"][1])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


@pytest.mark.slow
def test_attention_decides_which_cells_are_strongest() -> None:
    image, weights = coloured(0), np.random.default_rng(0).normal(size=112)
    cells = reference_cells(image, (0.5, 1.0), 64)
    results = DelfLike(**SMALL, attention=Attention(weights, np.zeros(1))).describe([image])["descriptors"][0]
    expected = sorted((cell[1] for cell in cells), key=lambda cell: -float(cell @ weights))
    assert np.allclose(results, expected, atol=1e-3)


@pytest.mark.slow
def test_the_projection_is_fitted_to_some_images_and_cached(tmp_path: Path) -> None:
    competition = Competition.open(make_competition(tmp_path / "c", size=96), tmp_path / "store")
    plain = DelfLike(**SMALL)
    fitted_extractor = plain.fit(competition.train, 8, competition.labels)
    features = LocalFeatures.from_images(competition.queries, fitted_extractor)
    assert features.descriptors.rows.shape[1] == 8
    assert features.descriptors.rows.dtype == np.float16
    raw = LocalFeatures.from_images(competition.train, DelfLike(**SMALL, max_features=50))
    every = np.concatenate(list(raw.descriptors)).astype(float)
    _, axes = np.linalg.eigh(np.cov(every.T, bias=True))
    mine = plain.describe([coloured(3)])["descriptors"][0].astype(float)
    turned = (mine - every.mean(axis=0)) @ axes[:, ::-1][:, :8]
    results = fitted_extractor.projection(mine)
    assert np.allclose(np.abs(results), np.abs(turned / np.linalg.norm(turned, axis=1, keepdims=True)), atol=1e-3)
    again = plain.fit(competition.train, 8, competition.labels)
    assert np.array_equal(again.projection.projection, fitted_extractor.projection.projection)
    assert np.array_equal(again.attention.weights, fitted_extractor.attention.weights)


@pytest.mark.slow
def test_overlapping_cells_are_suppressed_and_tiny_images_work() -> None:
    image = coloured(4)
    every, few = (DelfLike(**SMALL, overlap=overlap).describe([image])["keypoints"][0] for overlap in (1.0, 0.1))
    assert len(every) == 2 * 2 + 4 * 4
    assert len(few) < len(every)
    tiny = DelfLike(**SMALL).describe([np.zeros((1, 1, 3), np.uint8), np.zeros((2, 900, 3), np.uint8)])
    assert tiny["frame"].tolist() == [[1, 1], [64, 1]]
    assert all(np.isfinite(each).all() for each in tiny["descriptors"])


def test_keypoints_are_centres_of_cells() -> None:
    places = cell_keypoints((2, 3, 7), (40, 90))
    assert np.allclose(places[:, :2], [[14.5, 9.5], [44.5, 9.5], [74.5, 9.5], [14.5, 29.5], [44.5, 29.5], [74.5, 29.5]])
    assert np.allclose(places[:, 2], np.sqrt(20 * 30))
    marked = np.zeros((40, 90), np.float32)
    marked[20:, 60:] = 1
    y, x = (each.mean() for each in np.nonzero(marked))
    assert np.allclose(places[5, :2], [x, y])
    assert cv2.resize(marked, (3, 2), interpolation=cv2.INTER_AREA)[1, 2] == 1


@pytest.mark.parametrize("wrong", [{"scales": ()}, {"scales": (1, 0)}, {"longest": -1}, {"max_features": 0}])
def test_parameters_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(HarnessError, match="must be above 0"):
        DelfLike(**wrong)
