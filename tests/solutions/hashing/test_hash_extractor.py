"""Tests of `solutions.hashing.hashes.extractor`.

JPEG files are decoded by the harness.
"""

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from harness.data.images.decode import decode
from solutions.hashing.hashes.extractor import PerceptualHashes

ROTATED = 6  # an EXIF orientation: turn by a quarter to see it upright


@pytest.fixture
def photograph(tmp_path):
    """A drawn JPEG of a megapixel, lying on its side."""
    picture = Image.linear_gradient("L").resize((1152, 864)).convert("RGB")
    for place in range(0, 900, 90):
        ImageDraw.Draw(picture).ellipse([place, place * 0.7, place + 250, place + 200], fill=(place // 4, 120, 60))
    exif = Image.Exif()
    exif[0x0112] = ROTATED
    picture.save(tmp_path / "photograph.jpg", exif=exif, quality=92)
    return tmp_path / "photograph.jpg"


def decode_and_hash(extractor, path):
    pixels = decode(
        path, mode=extractor.mode, size=extractor.size, reduce_to=extractor.reduce_to, upright=extractor.upright
    )
    return pixels, {kind: codes[0] for kind, codes in extractor.describe([pixels]).items()}


def test_a_full_decode_gives_the_hashes_of_imagehash(photograph):
    _, hashes = decode_and_hash(PerceptualHashes(), photograph)
    with Image.open(photograph) as picture:
        assert f"{hashes['average']:016x}" == str(imagehash.average_hash(picture))
        assert f"{hashes['dct']:016x}" == str(imagehash.phash(picture))
        assert f"{hashes['difference']:016x}" == str(imagehash.dhash(picture))
        assert f"{hashes['vertical']:016x}" == str(imagehash.dhash_vertical(picture))
        assert f"{hashes['wavelet']:016x}" == str(imagehash.whash(picture))


def test_upright_applies_the_exif_orientation(photograph):
    _, hashes = decode_and_hash(PerceptualHashes(upright=True), photograph)
    with Image.open(photograph) as picture:
        assert f"{hashes['dct']:016x}" == str(imagehash.phash(ImageOps.exif_transpose(picture)))


def test_a_photograph_of_a_megapixel_is_decoded_at_an_eighth_and_changes_few_bits(photograph):
    pixels, reduced = decode_and_hash(PerceptualHashes(decode="reduced"), photograph)
    _, full = decode_and_hash(PerceptualHashes(), photograph)
    assert pixels.shape == (108, 144)
    assert max(np.bitwise_count(reduced[kind] ^ full[kind]) for kind in full) <= 6


def test_the_decode_is_part_of_the_identity():
    assert PerceptualHashes().identity != PerceptualHashes(decode="reduced").identity
