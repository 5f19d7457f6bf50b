"""Tests of `solutions.hashing.hashes.rotations` and `solutions.hashing.hashes.crops`."""

import imagehash
import numpy as np
import pytest
from PIL import Image

from solutions.hashing.hashes.crops import CroppedHashes, RotatedCrops, RotatedHashes
from solutions.hashing.hashes.extractor import PerceptualHashes
from solutions.hashing.hashes.rotations import merge_rotations, rotate_and_flip

ORACLES = {
    "average": imagehash.average_hash,
    "dct": imagehash.phash,
    "difference": imagehash.dhash,
    "vertical": imagehash.dhash_vertical,
    "wavelet": imagehash.whash,
}


def photographs():
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, shape).astype(np.uint8) for shape in [(60, 90), (91, 40)]]


def nearest_by_sorting(distances, k):
    """Nearest `k` of (turns, n_index) distances of one query: each image at its least distance, ties by position."""
    least = distances.min(axis=0)
    return sorted(zip(least.tolist(), range(len(least)), strict=True))[:k]


def lists_of_turns(distances, k):
    """Distances and positions of each turn alone, filled up with 255 and -1."""
    order = np.argsort(distances, axis=-1, kind="stable")[..., :k]
    short = [(0, 0), (0, 0), (0, max(0, k - distances.shape[-1]))]
    values = np.pad(np.take_along_axis(distances, order, axis=-1), short, constant_values=255)
    return values.reshape(-1, k), np.pad(order, short, constant_values=-1).reshape(-1, k)


@pytest.mark.parametrize(("n_turns", "n_index"), [(1, 30), (2, 30), (4, 30), (8, 30), (4, 3), (8, 1)])
def test_merged_rotations_equal_a_search_of_all_rotations(n_turns, n_index):
    rng = np.random.default_rng(n_turns)
    distances = rng.integers(0, 6, (20, n_turns, n_index)).astype(np.uint8)
    values, positions = merge_rotations(*lists_of_turns(distances, k=7), n_turns)
    for query, row in enumerate(distances):
        n = min(7, n_index)
        result = list(zip(values[query, :n].tolist(), positions[query, :n].tolist(), strict=True))
        assert result == nearest_by_sorting(row, 7)
        assert (positions[query, n:] == -1).all()


def test_one_rotation_is_returned_unchanged():
    values, positions = np.array([[3, 3]]), np.array([[5, 1]])
    assert merge_rotations(values, positions, 1) == (values, positions)


def test_rotations_and_mirror_images_equal_those_of_pillow():
    image = photographs()[0]
    picture, mirrored = Image.fromarray(image), Image.fromarray(image).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    expected = [side.rotate(angle, expand=True) for side in (picture, mirrored) for angle in (0, 90, 180, 270)]
    result = rotate_and_flip(image, 4, flips=True)
    assert all(np.array_equal(one, other) for one, other in zip(result, expected, strict=True))
    assert [
        np.array_equal(turn, expected[place]) for turn, place in zip(rotate_and_flip(image, 2), (0, 2), strict=True)
    ] == [True] * 2


@pytest.mark.parametrize("kind", list(ORACLES))
def test_codes_of_rotations_equal_imagehash_of_rotated_images(kind):
    codes = RotatedHashes(flips=True).describe(photographs())[kind]
    for row, image in zip(codes, photographs(), strict=True):
        expected = [str(ORACLES[kind](Image.fromarray(turn))) for turn in rotate_and_flip(image, 4, flips=True)]
        assert [f"{code:016x}" for code in row] == expected


def test_crops_of_rotations_equal_crops_of_rotated_images():
    codes = RotatedCrops(rotations=2).describe(photographs())["dct"]
    for row, image in zip(codes, photographs(), strict=True):
        alone = [CroppedHashes().describe([turn])["dct"][0] for turn in rotate_and_flip(image, 2)]
        assert row.tolist() == np.concatenate(alone).tolist()


def test_the_first_rotation_is_the_image_itself():
    codes, alone = RotatedHashes().describe(photographs()), PerceptualHashes().describe(photographs())
    assert all(np.array_equal(codes[kind][:, 0], alone[kind]) for kind in ORACLES)
