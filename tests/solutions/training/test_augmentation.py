"""Tests of `solutions.training.augmentation` and `solutions.training.training_images`."""

import numpy as np
import pytest

from harness import Ragged
from solutions.training.augmentation import augment
from solutions.training.training_images import JpegExtractor, TrainingImages


def photograph(seed: int = 0, height: int = 40, width: int = 60) -> np.ndarray:
    smooth = np.random.default_rng(seed).integers(0, 256, (height // 10, width // 10, 3), np.uint8)
    return np.kron(smooth, np.ones((10, 10, 1), np.uint8))


def several(seed: int = 3, *, augment: bool = True) -> TrainingImages:
    packed = JpegExtractor(32).describe([photograph(each) for each in range(4)])
    ends = np.cumsum([len(each) for each in packed])
    ragged = Ragged(np.concatenate(packed), ends - [len(each) for each in packed], ends)
    return TrainingImages(ragged, np.array(list("abcd"), object), 32, "crop", augment, seed)


def test_the_same_seed_gives_the_same_square() -> None:
    one, again, other = (augment(photograph(), 32, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()
    assert one.shape == (32, 32, 3)
    assert one.dtype == np.uint8


def test_crops_are_inside_the_photograph_and_mirror_images_and_light_vary() -> None:
    ramp = np.repeat(np.arange(0, 200, 2, dtype=np.uint8)[None, :, None], 80, axis=0).repeat(3, axis=2)
    squares = [augment(ramp, 16, np.random.default_rng(seed)).astype(float) for seed in range(60)]
    rising = [square[:, -1].mean() > square[:, 0].mean() for square in squares]
    assert 15 < sum(rising) < 45
    spans = [abs(square[:, -1].mean() - square[:, 0].mean()) for square in squares]
    assert max(spans) > 1.3 * min(spans), "cuts are of several sizes"
    assert np.std([square.mean() for square in squares]) > 5


def test_a_photograph_of_one_pixel_can_be_augmented() -> None:
    assert augment(np.full((1, 1, 3), 9, np.uint8), 8, np.random.default_rng(0)).shape == (8, 8, 3)


def test_augmentation_does_not_depend_on_the_batch() -> None:
    squares = several()
    together = squares.batch(np.arange(4), 5)
    for place in range(4):
        assert (squares.batch(np.array([place]), 5)[0] == together[place]).all()
    assert (squares.batch(np.array([3, 1]), 5) == together[[3, 1]]).all()


@pytest.mark.parametrize("other", [{"seed": 4}, {"epoch": 6}])
def test_another_seed_or_epoch_augments_differently(other: dict[str, int]) -> None:
    same = several().batch(np.arange(4), 5)
    changed = several(other.get("seed", 3)).batch(np.arange(4), other.get("epoch", 5))
    assert (same != changed).any(axis=(1, 2, 3)).all()


def test_without_augmentation_the_square_is_the_middle_of_the_photograph() -> None:
    asked = several().batch(np.arange(4), None)
    assert (asked == several(augment=False).batch(np.arange(4), 5)).all()
    middle = photograph(0)[:, 10:50].astype(float)
    apart = np.abs(asked[0].reshape(8, 4, 8, 4, 3).mean(axis=(1, 3)) - middle.reshape(8, 5, 8, 5, 3).mean(axis=(1, 3)))
    assert apart.mean() < 12, "a JPEG of it, that is"


def test_small_photographs_are_not_enlarged_in_the_store() -> None:
    import cv2

    small, large = JpegExtractor(32).describe([photograph(0, 20, 30), photograph(1, 80, 120)])
    assert cv2.imdecode(small, cv2.IMREAD_COLOR).shape == (20, 30, 3)
    assert cv2.imdecode(large, cv2.IMREAD_COLOR).shape == (32, 48, 3)
