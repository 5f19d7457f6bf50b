"""Tests of `solutions.hashing.hashes.segments`.

They equal imagehash bit for bit; it takes half a second for an image.
"""

from functools import cache

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageDraw

from solutions.hashing.hashes.segments import SegmentHashes, segment_boxes


def blotches(seed, width, height):
    """Return bright and dark blotches of many sizes."""
    rng = np.random.default_rng(seed)
    picture = Image.new("L", (width, height), int(rng.integers(256)))
    for _ in range(25):
        x, y, w, h = rng.uniform(0, 1, 4) * (width, height, width / 3, height / 3)
        ImageDraw.Draw(picture).ellipse([x, y, x + w, y + h], fill=int(rng.integers(256)))
    return np.asarray(picture)


def noise(seed, width, height):
    """Return noise, of which blurring leaves hundreds of small segments."""
    return np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)


def corner():
    """Return a bright image with a dark corner of 900 of 90 000 pixels, which imagehash ends too early to find."""
    image = np.full((300, 300), 220, np.uint8)
    image[-30:, -30:] = 10
    return image


IMAGES = {
    "blotches": blotches(1, 400, 300),
    "tall blotches": blotches(2, 171, 613),
    "small blotches": blotches(3, 37, 50),
    "noise": noise(4, 300, 300),
    "coarse noise": noise(5, 41, 33),
    "black": np.zeros((20, 30), np.uint8),
    "white": np.full((320, 310), 255, np.uint8),
    "corner": corner(),
}


@cache
def of_imagehash(name):
    return imagehash.crop_resistant_hash(Image.fromarray(IMAGES[name]))


@pytest.mark.parametrize("name", list(IMAGES))
def test_segment_hashes_equal_those_of_imagehash(name):
    (codes,) = SegmentHashes().describe([IMAGES[name]])["segments"]
    assert ",".join(f"{code:016x}" for code in codes) == str(of_imagehash(name))


@pytest.mark.parametrize("most", [1, 2, 4])
def test_the_largest_segments_equal_those_of_imagehash(most):
    (codes,) = SegmentHashes(most=most).describe([IMAGES["blotches"]])["segments"]
    expected = imagehash.crop_resistant_hash(Image.fromarray(IMAGES["blotches"]), limit_segments=most)
    assert ",".join(f"{code:016x}" for code in codes) == str(expected)
    assert len(codes) == most


def test_the_images_have_many_segments_or_few():
    counts = {name: len(segment_boxes(image)) for name, image in IMAGES.items()}
    assert counts["blotches"] >= 5
    assert counts["black"] == counts["white"] == counts["corner"] == 1


def test_an_image_without_a_large_segment_is_one_segment():
    """A chequerboard with fields of 400 pixels, which touch at their corners only."""
    checks = np.kron(np.indices((15, 15)).sum(axis=0) % 2 * 255, np.ones((20, 20))).astype(np.uint8)
    assert segment_boxes(checks) == [(slice(0, 300), slice(0, 300))]


def test_images_too_small_for_a_segment_have_one_of_one_pixel():
    for shape in [(1, 1), (1, 40), (2, 3)]:
        image = np.random.default_rng(6).integers(0, 256, shape).astype(np.uint8)
        boxes = segment_boxes(image)
        assert all(image[box].size for box in boxes)
        assert len(SegmentHashes().describe([image])["segments"][0]) == len(boxes)


def test_each_image_has_its_own_number_of_hashes():
    together = SegmentHashes().describe(list(IMAGES.values()))["segments"]
    alone = [SegmentHashes().describe([image])["segments"][0] for image in IMAGES.values()]
    assert [codes.tolist() for codes in together] == [codes.tolist() for codes in alone]
