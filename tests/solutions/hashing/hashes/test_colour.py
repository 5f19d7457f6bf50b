"""Tests of `solutions.hashing.hashes.colour`.

They equal imagehash bit for bit, on random colours in every bin and at its edges.
"""

import imagehash
import numpy as np
import pytest
from PIL import Image

from solutions.hashing.hashes.colour import ColourHashes, colour_hash

SIZES = [(1, 1), (3, 5), (40, 30), (31, 57)]


def noise(rng, shape):
    return rng.integers(0, 256, (*shape, 3))


def pale(rng, shape):
    return rng.integers(60, 256, (*shape, 1)) - rng.integers(0, 60, (*shape, 3))


def dark(rng, shape):
    return rng.integers(0, 70, (*shape, 3))


def few_colours(rng, shape):
    return rng.integers(0, 256, (4, 3))[rng.integers(0, 4, shape)]


def of_saturation_170(rng, shape):
    """Saturation is 255 times the range of the three over the largest: here a third is left of it."""
    strongest = rng.choice([90, 150, 210, 255], shape)
    pixels = np.stack([strongest, strongest // 3, rng.integers(strongest // 3, strongest + 1)], axis=-1)
    return rng.permuted(pixels, axis=-1)


@pytest.mark.parametrize("draw", [noise, pale, dark, few_colours, of_saturation_170])
def test_the_bits_equal_those_of_imagehash(draw):
    rng = np.random.default_rng(5)
    images = [draw(rng, shape).astype(np.uint8) for shape in SIZES * 20]
    codes = ColourHashes().describe(images)["colour"]
    assert [f"{code:011x}" for code in codes] == [str(imagehash.colorhash(Image.fromarray(image))) for image in images]


def test_every_hue_and_saturation_is_in_imagehashs_bin():
    """One colour fills an image, so its bin is the only one of all shares that is not empty."""
    hues, saturations = np.meshgrid(np.arange(0, 256, 3), [0, 84, 85, 86, 169, 170, 171, 255])
    bands = np.stack([hues, saturations, np.full_like(hues, 200)], axis=-1).astype(np.uint8)
    for colour in np.asarray(Image.fromarray(bands, "HSV").convert("RGB")).reshape(-1, 1, 1, 3):
        assert f"{colour_hash(colour):011x}" == str(imagehash.colorhash(Image.fromarray(colour)))


@pytest.mark.parametrize(
    ("colour", "code"), [((255, 0, 0), "00000038000"), ((128, 128, 128), "07000000000"), ((0, 0, 0), "38000000000")]
)
def test_known_colours_have_the_known_hashes(colour, code):
    assert f"{colour_hash(np.full((5, 4, 3), colour, np.uint8)):011x}" == code


def test_levels_four_and_six_have_the_same_code():
    def grey_share(eighths):
        return colour_hash(np.array([[[128] * 3] * eighths + [[255, 0, 0]] * (8 - eighths)], np.uint8)) >> 36 & 0b111

    assert [grey_share(eighths) for eighths in range(8)] == [0b000, 0b001, 0b010, 0b011, 0b110, 0b111, 0b110, 0b111]
