import numpy as np
import pytest

from harness import HarnessError
from solutions.descriptors.extractors.corner_crops import CornerCropsExtractor, corner_crops
from solutions.descriptors.extractors.multiscale import MultiscaleExtractor

PHOTO = np.random.default_rng(0).integers(0, 256, (80, 120, 3), np.uint8)


def test_crops_are_the_whole_its_mirror_image_four_corners_and_the_middle() -> None:
    whole, mirrored, *rest = corner_crops(PHOTO, 0.75)
    assert np.array_equal(whole, PHOTO)
    assert np.array_equal(mirrored, PHOTO[:, ::-1])
    places = [(0, 0), (0, 30), (20, 0), (20, 30), (10, 15)]
    assert all(np.array_equal(each, PHOTO[y : y + 60, x : x + 90]) for each, (y, x) in zip(rest, places, strict=True))


def test_a_descriptor_is_the_mean_over_all_crops() -> None:
    seen = [
        MultiscaleExtractor("lite0", 64, ("gem_2",)).describe([each])["gem_2"][0] for each in corner_crops(PHOTO, 0.75)
    ]
    mean = np.mean(seen, axis=0)
    result = CornerCropsExtractor("lite0", 64, ("gem_2",)).describe([PHOTO, PHOTO[::-1]])["gem_2"]
    assert np.allclose(result[0], mean / np.linalg.norm(mean), atol=1e-6)
    assert np.linalg.norm(result, axis=1) == pytest.approx([1, 1], abs=1e-6)


def test_a_reduced_decode_keeps_enough_pixels_for_a_crop() -> None:
    assert CornerCropsExtractor(side=384).reduce_to * 0.75 >= 384


def test_an_image_of_one_pixel_can_be_cropped() -> None:
    assert {each.shape for each in corner_crops(PHOTO[:1, :1], 0.75)} == {(1, 1, 3)}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [({"share": 0.0}, "share"), ({"share": 1.5}, "share"), ({"poolings": ("gem_regions",)}, "several rows")],
)
def test_impossible_crops_are_refused(wrong: dict, reason: str) -> None:
    with pytest.raises(HarnessError, match=reason):
        CornerCropsExtractor(**wrong)
