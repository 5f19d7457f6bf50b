"""Tests of `solutions.local.sift` and `solutions.local.extractor`.

SIFT is OpenCV's, strongest first, in pixels of the frame; some images have no keypoints.
"""

from pathlib import Path

import cv2
import numpy as np
import pytest

from harness import HarnessError
from harness.data.competition import Competition
from solutions.local.extractor import LocalFeatures
from solutions.local.sift import Sift, root_sift
from tests.factories.competitions import image_id, image_path, make_competition, save_image
from tests.solutions.local.image_factories import textured


def results(image: np.ndarray, **settings: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    named = Sift(**settings).describe([image])
    return named["descriptors"][0], named["keypoints"][0], named["frame"][0]


def test_rows_equal_those_of_opencv_strongest_first() -> None:
    picture = textured(0)
    keypoints, expected = cv2.SIFT.create().detectAndCompute(picture, None)
    descriptors, places, frame = results(picture)
    order = sorted(
        range(len(keypoints)),
        key=lambda row: (-keypoints[row].response, *keypoints[row].pt, keypoints[row].size, keypoints[row].angle),
    )
    assert len(order) > 100
    assert np.array_equal(descriptors, expected[order])
    assert np.allclose(places, [[*keypoints[row].pt, keypoints[row].size, keypoints[row].angle] for row in order])
    assert frame.tolist() == [240, 180]


def test_fewer_are_the_first_of_more() -> None:
    every, some = results(textured(1)), results(textured(1), max_features=25)
    assert len(some[0]) == 25
    assert np.array_equal(some[0], every[0][:25])
    assert np.array_equal(some[1], every[1][:25])


def test_keypoints_lie_in_the_frame_of_the_longer_side() -> None:
    picture = textured(2, 300, 400)
    large, small = results(picture), results(picture, longest=200)
    assert large[2].tolist() == [400, 300]
    assert small[2].tolist() == [200, 150]
    assert (small[1][:, :2] < [200, 150]).all()
    strongest = large[1][0, :2] / 2
    assert np.abs(small[1][:, :2] - strongest).max(axis=1).min() < 2


def test_root_sift_is_the_worked_example_and_zero_stays_zero() -> None:
    rows = root_sift(np.array([[4, 1, 0, 4], [0, 0, 0, 0]], np.uint8))
    assert np.allclose(rows, [[2 / 3, 1 / 3, 0, 2 / 3], [0, 0, 0, 0]], atol=1e-6)
    assert rows.dtype == np.float32


def test_vectors_have_length_one_with_and_without_the_root() -> None:
    rows = results(textured(3))[0]
    root, plain = Sift().vectors(rows), Sift(root=False).vectors(rows)
    for vectors in (root, plain):
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(root, np.sqrt(rows / rows.sum(axis=1, keepdims=True)), atol=1e-6)
    assert np.allclose(plain, rows / np.linalg.norm(rows.astype(float), axis=1, keepdims=True), atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (3, 3), (4, 4), (2000, 2), (64, 64)])
def test_tiny_images_and_those_of_one_colour_have_no_rows(shape: tuple[int, int]) -> None:
    for grey in (0, 255):
        descriptors, keypoints, frame = results(np.full(shape, grey, np.uint8))
        assert descriptors.shape == (0, 128)
        assert keypoints.shape == (0, 4)
        assert (frame >= 1).all()


def test_rows_do_not_depend_on_the_batch(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "c", size=96)
    images = Competition.open(folder, tmp_path / "store").train
    together = LocalFeatures.from_images(images, Sift())
    assert len(together) == len(images)
    assert min(len(each) for each in together.descriptors) > 5
    alone = Competition.open(folder, tmp_path / "elsewhere").train
    for row in (3, 0):
        one = LocalFeatures.from_images(alone[row], Sift())
        assert np.array_equal(one.descriptors[0], together.descriptors[row])
        assert np.array_equal(one.keypoints[0], together.keypoints[row])
        vectors, points = together.strongest(row, 4)
        assert np.array_equal(vectors, Sift().vectors(one.descriptors[0][:4]))
        assert np.array_equal(points, one.keypoints[0][:4, :2])


def test_an_undecodable_image_has_no_rows_and_no_frame(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "c", size=96)
    image_path(folder, "train", image_id("train", 1)).write_bytes(b"no image")
    save_image(image_path(folder, "train", image_id("train", 2)), np.full((50, 70, 3), 90, np.uint8))
    broken = LocalFeatures.from_images(Competition.open(folder, tmp_path / "store").train, Sift())
    assert [len(broken.descriptors[row]) for row in (1, 2)] == [0, 0]
    assert np.isnan(broken.frames[1]).all()
    assert broken.frames[2].tolist() == [70, 50]
    assert broken.strongest(1)[0].shape == (0, 128)


@pytest.mark.parametrize("wrong", [{"longest": 0}, {"max_features": 0}])
def test_parameters_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(HarnessError, match="must be 1 or more"):
        Sift(**wrong)
