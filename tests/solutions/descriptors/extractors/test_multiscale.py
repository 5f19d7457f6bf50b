from pathlib import Path

import cv2
import numpy as np
import pytest

from harness import HarnessError
from harness.data.competition import Competition
from harness.data.images.decode import decode
from solutions.descriptors.extractors.multiscale import (
    MultiscaleExtractor,
    average_views,
    bucket_size,
    resize_to_bucket,
)
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.pooling.poolings import gem, mac
from solutions.descriptors.pooling.regions import pool_boxes, rmac_boxes, tile_boxes
from tests.factories.competitions import make_competition, save_image

PIXELS = np.random.default_rng(5)


def photo(height: int, width: int) -> np.ndarray:
    coarse = PIXELS.integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height))


def test_sides_are_multiples_of_32_nearest_to_the_proportions() -> None:
    for height, width in [(600, 800), (800, 600), (500, 500), (333, 1024), (10, 4000), (1, 1)]:
        high, wide = bucket_size(height, width, 384)
        assert max(high, wide) == 384
        assert high % 32 == wide % 32 == 0
        assert min(high, wide) >= 32
        assert abs(min(high, wide) - 384 * min(height, width) / max(height, width)) <= 32
    assert resize_to_bucket(photo(96, 160), 64).shape == (32, 64, 3)
    assert resize_to_bucket(photo(96, 160), 320).shape == (192, 320, 3)


def test_views_are_normalised_before_their_mean() -> None:
    views = [np.array([[3.0, 4.0]]), np.array([[0.0, 10.0]])]
    expected = np.array([0.3, 0.9]) / np.hypot(0.3, 0.9)
    assert np.allclose(average_views(views, 1), [expected])
    cubed = np.cbrt([(0.6**3 + 1e-18) / 2, (0.8**3 + 1) / 2])
    assert np.allclose(average_views(views, 3), [cubed / np.linalg.norm(cubed)])
    assert not average_views([np.zeros((1, 2))] * 2, 1).any()


@pytest.mark.parametrize("wrong", [{"scales": ()}, {"scales": (1, 0)}, {"side": -1}, {"power": 0}, {"power": np.nan}])
def test_impossible_views_are_refused(wrong: dict) -> None:
    with pytest.raises(HarnessError, match="must be above 0"):
        MultiscaleExtractor(**wrong)


def test_an_unknown_pooling_is_named_in_the_error() -> None:
    with pytest.raises(HarnessError, match="no pooling is named 'max'"):
        MultiscaleExtractor(poolings=("gem", "max"))


def slow(image: np.ndarray, pool, *, scales: tuple[float, ...], flip: bool, side: int) -> np.ndarray:
    """Return the rows of every view, one after the other, each of length one: (views, rows, c)."""
    rows = []
    for scale in scales:
        for mirrored in (False, True)[: 1 + flip]:
            seen = resize_to_bucket(image[:, ::-1] if mirrored else image, side * scale)
            maps = Backbone().forward(seen[None], 1)["maps"][0]
            result = pool(maps[:, ::-1] if mirrored else maps)
            rows.append(result / np.linalg.norm(result, axis=1, keepdims=True))
    return rows


@pytest.mark.slow
def test_descriptors_agree_with_a_loop_over_scales_and_mirror_images() -> None:
    scales, image = (1, 0.5), photo(96, 144)
    views = MultiscaleExtractor(side=128, poolings=("gem", "mac_tiles", "mac_regions"), scales=scales, flip=True)
    result = views.describe([photo(64, 64), image])
    each = slow(image, lambda maps: gem(maps[None]), scales=scales, flip=True, side=128)
    mean = np.mean(each, axis=0)[0]
    assert np.allclose(result["gem"][1], mean / np.linalg.norm(mean), atol=1e-6)
    each = slow(
        image, lambda maps: pool_boxes(maps, tile_boxes(*maps.shape[:2]), mac), scales=scales, flip=True, side=128
    )
    mean = np.mean(each, axis=0)
    assert np.allclose(result["mac_tiles"][1], mean / np.linalg.norm(mean, axis=1, keepdims=True), atol=1e-6)
    each = slow(
        image, lambda maps: pool_boxes(maps, rmac_boxes(*maps.shape[:2]), mac), scales=scales, flip=True, side=128
    )
    assert np.allclose(result["mac_regions"][1], np.concatenate(each), atol=1e-6)
    assert result["gem"].dtype == np.float32


@pytest.mark.slow
def test_mirror_images_and_quarter_turns_have_the_same_descriptor() -> None:
    image = photo(96, 160)
    result = MultiscaleExtractor(side=160, poolings=("gem", "rmac"), flip=True).describe([image, image[:, ::-1]])
    assert np.allclose(*result["gem"], atol=1e-6)
    assert result["rmac"][0] @ result["rmac"][1] > 0.98  # squares begin at whole places
    turned = MultiscaleExtractor(side=160, poolings=("gem",), quarter_turns=1)
    straight = MultiscaleExtractor(side=160, poolings=("gem",))
    result = turned.describe([np.rot90(image, 3)])
    assert np.array_equal(result["gem"], straight.describe([image])["gem"])


@pytest.mark.slow
def test_further_layers_are_pooled_too() -> None:
    views = MultiscaleExtractor(side=128, poolings=("mac", "gem_2"), further=("block11_expand_relu",))
    result = views.describe([photo(96, 128)])
    assert {name: rows.shape for name, rows in result.items()} == {
        "mac": (1, 1280), "gem_2": (1, 1280), "mac_maps1": (1, 672), "gem_2_maps1": (1, 672),
    }  # fmt: skip
    alone = MultiscaleExtractor(side=128, poolings=("mac",), layer="block11_expand_relu").describe([photo(96, 128)])
    assert alone["mac"].shape == result["mac_maps1"].shape


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_stored_descriptors_are_the_same_bits_in_any_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: str
) -> None:
    monkeypatch.setenv("LANDMARK_JOBS", jobs)
    folder = make_competition(tmp_path / "competition", index=12, landmarks=3)
    index = Competition.open(folder, tmp_path / "store").index
    for number in (1, 4, 9, 20):
        save_image(index.paths[number], photo(40 + 8 * number, 64))
    index.paths[2].write_bytes(b"broken")
    views = MultiscaleExtractor(side=96, poolings=("gem", "gem_regions"), scales=(1, 0.7), flip=True)
    rows, regions = index.describe(views, "gem"), index.describe_ragged(views, "gem_regions")
    assert np.isnan(rows[2]).all()
    assert len(regions[2]) == 0
    again = Competition.open(folder, tmp_path / "other").index
    pieces = [again[start : start + 5].describe(views, "gem") for start in range(0, len(again), 5)]
    assert np.array_equal(rows, np.concatenate(pieces), equal_nan=True)
    for number in (0, 1, 20):
        image = decode(index.paths[number], mode="RGB", upright=True, reduce_to=views.reduce_to)
        result = views.describe([image])
        assert np.array_equal(result["gem"][0], rows[number])
        assert np.array_equal(result["gem_regions"][0], regions[number])
