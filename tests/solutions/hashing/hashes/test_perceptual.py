"""Tests of `solutions.hashing.hashes.perceptual`.

They equal imagehash bit for bit, on difficult images: flat, tied, tiny, elongated.
"""

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageDraw

from solutions.hashing.hashes.perceptual import KINDS, perceptual_hashes

ORACLES = {
    "average": imagehash.average_hash,
    "dct": imagehash.phash,
    "difference": imagehash.dhash,
    "vertical": imagehash.dhash_vertical,
    "wavelet": imagehash.whash,
}
SIZES = [(1, 1), (1, 9), (7, 7), (8, 8), (9, 8), (17, 33), (3, 200), (200, 3), (64, 64), (100, 75), (75, 100)]
SIZES += [(1023, 40), (40, 1025), (129, 511), (513, 255)]


def noise(rng, width, height):
    return rng.integers(0, 256, (height, width))


def flat(rng, width, height):
    return np.full((height, width), rng.integers(0, 256))


def ramp(rng, width, height):
    down, right = rng.integers(0, 5, 2)
    return np.add.outer(np.arange(height) * down, np.arange(width) * right) % 256


def halves(rng, width, height):
    return np.where(np.arange(width) * 2 < width, *rng.integers(0, 256, 2)) + np.zeros((height, 1), int)


def blocks(rng, width, height):
    coarse = rng.choice(rng.integers(0, 256, 3), (8, 8))
    return np.kron(coarse, np.ones((height // 8 + 1, width // 8 + 1), int))[:height, :width]


def shapes(rng, width, height):
    picture = Image.new("L", (width, height), int(rng.integers(256)))
    for _ in range(9):
        x, y = rng.uniform(-0.2, 1, 2) * (width, height)
        ImageDraw.Draw(picture).ellipse([x, y, x + width / 3, y + height / 3], fill=int(rng.integers(256)))
    return np.asarray(picture)


@pytest.mark.parametrize("draw", [noise, flat, ramp, halves, blocks, shapes])
@pytest.mark.parametrize("kind", KINDS)
def test_the_bits_equal_those_of_imagehash(kind, draw):
    rng = np.random.default_rng(11)
    images = [draw(rng, width, height).astype(np.uint8) for width, height in SIZES for _ in range(3)]
    result = [f"{code:016x}" for code in perceptual_hashes(images)[kind]]
    assert result == [str(ORACLES[kind](Image.fromarray(image))) for image in images]


def test_a_ramp_has_the_known_hashes():
    (image,) = np.arange(0, 256, 4, dtype=np.uint8).reshape(1, 8, 8)
    hashes = {kind: f"{codes[0]:016x}" for kind, codes in perceptual_hashes([image]).items()}
    assert hashes["average"] == "00000000ffffffff"
    assert hashes["dct"] == "a978f478f068f0e8"
    assert hashes["difference"] == "ffffffffffffffff"


def test_a_flat_image_has_one_bit_at_most():
    hashes = perceptual_hashes([np.full((40, 30), 77, np.uint8)])
    assert {kind: f"{codes[0]:016x}" for kind, codes in hashes.items()} == {
        "average": "0" * 16,
        "dct": "8" + "0" * 15,
        "difference": "0" * 16,
        "vertical": "0" * 16,
        "wavelet": "0" * 16,
    }


def test_half_the_dct_bits_of_a_common_image_are_set():
    rng = np.random.default_rng(12)
    codes = perceptual_hashes([shapes(rng, 90, 70) for _ in range(20)])["dct"]
    assert np.bitwise_count(codes).tolist() == [32] * 20


def test_descriptors_do_not_depend_on_the_batch():
    rng = np.random.default_rng(13)
    images = [draw(rng, 60, 50).astype(np.uint8) for draw in (noise, flat, ramp, blocks, shapes) * 5]
    together = perceptual_hashes(images)
    for kind in KINDS:
        assert together[kind].tolist() == [perceptual_hashes([image])[kind][0] for image in images]


def test_no_images_have_no_hashes():
    hashes = perceptual_hashes([])
    assert [(codes.shape, codes.dtype) for codes in hashes.values()] == [((0,), np.uint64)] * 5


def test_only_the_named_kinds_are_computed():
    image = shapes(np.random.default_rng(14), 60, 50)
    few, all_ = perceptual_hashes([image], ["vertical", "dct"]), perceptual_hashes([image])
    assert list(few) == ["vertical", "dct"]
    assert all(few[kind] == all_[kind] for kind in few)
