"""Tests of `solutions.descriptors.extractors.ten_crops` and `solutions.descriptors.extractors.random_boxes`."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from harness import HarnessError
from solutions.descriptors.extractors.random_boxes import RandomBoxesExtractor, gem_of_boxes, random_boxes
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.extractors.ten_crops import TenCropsExtractor, ten_crops
from solutions.descriptors.networks.backbone import Backbone, Outputs
from solutions.descriptors.normalisation import l2_normalise
from solutions.descriptors.pooling.poolings import gem


def photograph(height: int = 80, width: int = 120, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture
def network_inputs(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """What the network is shown; its maps are 4 by 4 means of the pixels."""
    seen: list[np.ndarray] = []

    def forward(
        _: Backbone,
        images: np.ndarray,
        batch: int | None = None,
        pool: Callable[..., Outputs] = dict,
        *,
        one_size: bool = False,
    ) -> Outputs:
        seen.append(images)
        n, side = images.shape[:2]
        return pool({"maps": images.reshape(n, 4, side // 4, 4, side // 4, 3).mean(axis=(2, 4), dtype=np.float32)})

    monkeypatch.setattr(Backbone, "forward", forward)
    return seen


def test_ten_crops_are_corners_middle_and_mirror_images() -> None:
    down, across = np.indices((64, 96))
    crops = ten_crops(np.stack([down, across, down * 0], axis=2).astype(np.uint8), 56, "crop")
    assert [crop[0, 0, :2].tolist() for crop in crops[:5]] == [[0, 0], [0, 40], [8, 0], [8, 40], [4, 20]]
    assert np.array_equal(crops[5:], crops[:5, :, ::-1])


def test_squashed_crops_cover_the_whole_photograph() -> None:
    wide = np.zeros((64, 128, 3), np.uint8)
    wide[:, :16] = wide[:, -16:] = 255
    squashed = ten_crops(wide, 56, "squash")
    assert squashed[0][:, 0].min() == 255
    assert squashed[1][:, -1].min() == 255


def test_the_descriptor_is_the_mean_over_the_crops(network_inputs: list[np.ndarray]) -> None:
    images = [photograph(), photograph(90, 70, 1)]
    extractor = TenCropsExtractor("lite0", 56, ("gem",))
    rows = extractor.describe([extractor.transform(each) for each in images])["gem"]
    for image, row in zip(images, rows, strict=True):
        maps = Backbone().forward(ten_crops(image, 56, "crop"))["maps"]
        assert row == pytest.approx(l2_normalise(gem(maps)).mean(axis=0), abs=1e-6)
    assert network_inputs[0].shape == (20, 56, 56, 3)


def test_ten_crops_need_more_pixels_than_one() -> None:
    assert (SquareExtractor(side=224).reduce_to, TenCropsExtractor(side=224).reduce_to) == (224, 256)


def test_the_first_random_boxes_are_the_same_for_any_number_and_inside_the_image() -> None:
    start, stop = random_boxes(100, 30, 50)
    few = random_boxes(7, 30, 50)
    assert np.array_equal(few[0], start[:7])
    assert np.array_equal(few[1], stop[:7])
    assert (start >= 0).all()
    assert (start < stop).all()
    assert (stop <= [30, 50]).all()
    sides = (stop - start) / [30, 50]
    assert sides.min() >= 0.3
    assert len(np.unique(start, axis=0)) > 50


def test_a_crop_has_at_least_one_cell() -> None:
    start, stop = random_boxes(100, 1, 2)
    assert (stop - start >= 1).all()
    assert (stop <= [1, 2]).all()


def test_gem_of_boxes_is_that_of_each_box() -> None:
    maps = np.random.default_rng(3).normal(size=(2, 5, 6, 4)).astype(np.float32)
    start, stop = random_boxes(20, 5, 6)
    result = gem_of_boxes(maps, start, stop)
    for box, ((top, left), (bottom, right)) in enumerate(zip(start, stop, strict=True)):
        assert result[:, box] == pytest.approx(gem(maps[:, top:bottom, left:right]), abs=1e-4)


@pytest.mark.parametrize(("cut", "sizes"), [("maps", [(2, 64, 64, 3)]), ("pixels", [(6, 64, 64, 3)] * 2)])
def test_crops_of_maps_cost_one_pass_and_crops_of_pixels_one_each(
    network_inputs: list[np.ndarray], cut: str, sizes: Sequence[tuple[int, ...]]
) -> None:
    images = [photograph(), photograph(90, 70, 1)]
    rows = RandomBoxesExtractor("lite0", 64, 6, cut).describe(images)
    assert [each.shape for each in network_inputs] == sizes
    assert rows.shape == (2, 6, 3)
    assert rows.dtype == np.float16
    assert np.linalg.norm(rows.astype(float), axis=2) == pytest.approx(np.ones((2, 6)), abs=2e-3)
    alone = RandomBoxesExtractor("lite0", 64, 6, cut).describe(images[1:])
    assert np.array_equal(alone[0], rows[1])


@pytest.mark.parametrize("cut", ["maps", "pixels"])
def test_descriptors_of_the_first_crops_do_not_depend_on_the_number(network_inputs: list[np.ndarray], cut: str) -> None:
    few, many = (RandomBoxesExtractor("lite0", 64, count, cut).describe([photograph()]) for count in (4, 9))
    assert np.array_equal(few[0], many[0, :4])


def test_all_crops_of_one_colour_have_equal_descriptors(network_inputs: list[np.ndarray]) -> None:
    rows = RandomBoxesExtractor("lite0", 64, 9).describe([np.full((50, 70, 3), 90, np.uint8)])
    assert np.ptp(rows.astype(float), axis=1).max() < 2e-3


@pytest.mark.parametrize("count", [0, 101])
def test_an_impossible_number_of_crops_is_refused(count: int) -> None:
    with pytest.raises(HarnessError, match=f"{count} crops; choose from 1 to 100"):
        RandomBoxesExtractor(count=count)
