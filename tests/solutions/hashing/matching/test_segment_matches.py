"""Tests of `solutions.hashing.matching.segment_matches`.

They equal the multi-hashes of imagehash.
"""

import imagehash
import numpy as np

from harness import Ragged
from solutions.hashing.matching.segment_matches import CUTOFF, segment_matches


def ragged(lists):
    ends = np.cumsum([len(each) for each in lists])
    return Ragged(np.array([code for each in lists for code in each], np.uint64), np.r_[0, ends[:-1]], ends)


def of_imagehash(codes):
    hashes = [[bit == "1" for bit in f"{code:064b}"] for code in codes]
    return imagehash.ImageMultiHash([imagehash.ImageHash(np.array(each).reshape(8, 8)) for each in hashes])


def near(*distances):
    return [(1 << distance) - 1 for distance in distances]


def test_similarities_equal_those_of_imagehash():
    """Codes lie around four centres, so that some match and some do not."""
    rng = np.random.default_rng(0)
    centres = rng.integers(0, 2**64, 4, dtype=np.uint64)
    flips = [rng.integers(0, 2**64, 200, dtype=np.uint64) for _ in range(2)]
    pool = rng.choice(centres, 200) ^ (flips[0] & flips[1])  # a quarter of the bits is flipped
    images = [rng.choice(pool, rng.integers(1, 7)).tolist() for _ in range(40)]
    result = segment_matches(ragged(images[:15]), ragged(images))
    multihashes = [of_imagehash(image) for image in images]
    expected = [[len(a.segment_hashes) - (a - b) for b in multihashes] for a in multihashes[:15]]
    assert np.array_equal(result, expected)
    assert 0 < np.mean(np.array(expected) == 0) < 1


def test_a_distance_of_exactly_the_cutoff_matches():
    result = segment_matches(ragged([[0]]), ragged([near(0), near(CUTOFF), near(CUTOFF + 1)]))
    assert result.tolist() == [[1, 0.75, 0]]


def test_more_matching_segments_rank_above_nearer_ones():
    two = [0, 2**64 - 1]
    result = segment_matches(ragged([two]), ragged([[0], [near(16)[0], two[1] ^ near(16)[0]]]))
    assert result.tolist() == [[1, 1.75]]


def test_an_image_without_segments_matches_nothing():
    assert segment_matches(ragged([[0], []]), ragged([[], [0]])).tolist() == [[0, 1], [0, 0]]
