"""Tests of `solutions.hashing.hashes.codes`: imagehash's digits, for any number of bits."""

import imagehash
import numpy as np
import pytest

from solutions.hashing.hashes.codes import hex_texts, pack_bits, unpack_bits

SHAPES = [(2, 2), (3, 3), (8, 8), (14, 3), (5, 13), (12, 12), (16, 16), (7,), (32, 32)]


@pytest.mark.parametrize("shape", SHAPES)
def test_digits_are_those_that_imagehash_prints(shape):
    bits = np.random.default_rng(0).random((20, *shape)) < 0.5
    bits[0], bits[1] = False, True
    expected = [str(imagehash.ImageHash(each)) for each in bits]
    assert hex_texts(pack_bits(bits), int(np.prod(shape))) == expected


@pytest.mark.parametrize("shape", SHAPES)
def test_bits_are_unpacked_as_they_were_packed(shape):
    bits = np.random.default_rng(1).random((5, *shape)) < 0.5
    assert (unpack_bits(pack_bits(bits), shape) == bits).all()


def test_no_hashes_have_no_digits():
    words = pack_bits(np.zeros((0, 8, 8), bool))
    assert words.shape == (0, 1)
    assert hex_texts(words, 64) == []
