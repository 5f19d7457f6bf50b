"""Tests of `solutions.hashing.hashes.wavelets` and `solutions.hashing.matching.wavelet_matches`."""

import numpy as np
import pytest
import pywt

from solutions.hashing.hashes.wavelets import (
    LargestWavelets,
    WaveletEnergies,
    band_energies,
    largest_terms,
    yiq_channels,
)
from solutions.hashing.matching.wavelet_matches import term_weights, wavelet_matches

RAMP = np.arange(16.0).reshape(4, 4)


def images(n=4, side=32, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, side, side, 3)).astype(np.uint8)


def test_the_known_haar_transforms():
    average, details = pywt.dwt([3, 1, 2, 0], "haar")
    assert details.round(4).tolist() == [1.4142, 1.4142]
    assert pywt.wavedec([3, 1, 2, 0], "haar")[0].round(4).tolist() == [3.0]
    assert sum(average**2) + sum(details**2) == pytest.approx(14)
    low, (horizontal, vertical, diagonal) = pywt.dwt2(RAMP, "haar")
    assert low.round(9).tolist() == [[5, 9], [21, 25]]
    assert [band.round(9).tolist() for band in (horizontal, vertical, diagonal)] == [
        [[-4, -4]] * 2, [[-1, -1]] * 2, [[0, 0]] * 2,
    ]  # fmt: skip


def test_a_ramp_has_the_known_energies():
    assert band_energies(RAMP, "haar", 1)[::2].round(9).tolist() == [15, 4, 1, 0]
    assert band_energies(RAMP, "haar", 1)[1::2].round(9).tolist() == [np.std([5, 9, 21, 25]).round(9), 0, 0, 0]


@pytest.mark.parametrize("wavelet", ["haar", "db2", "db4"])
def test_orthogonal_wavelets_preserve_energy(wavelet):
    picture = np.random.default_rng(1).normal(0, 1, (64, 64))
    levels = pywt.dwt_max_level(64, wavelet)
    average, *details = pywt.wavedec2(picture, wavelet, mode="periodization", level=levels)
    bands = [average, *(band for level in details for band in level)]
    assert sum((band**2).sum() for band in bands) == pytest.approx((picture**2).sum())
    expected = [number for band in bands for number in (np.abs(band).mean(), band.std())]
    assert band_energies(picture, wavelet, levels).tolist() == pytest.approx(expected)


def test_channels_are_luminance_and_differences_of_colour():
    colours = np.array([[255, 255, 255], [255, 0, 0], [0, 0, 255], [90, 90, 90]], np.uint8).reshape(4, 1, 1, 3)
    result = yiq_channels(colours).reshape(4, 3).round(4).tolist()
    assert result == [[1, 0, 0], [0.299, 0.5959, 0.2115], [0.114, -0.3213, 0.3112], [round(90 / 255, 4), 0, 0]]


def haar_matrix(side):
    """Return the rows of the orthonormal Haar basis: the average, then the details, the coarsest first."""
    if side == 1:
        return np.ones((1, 1))
    coarse, fine = haar_matrix(side // 2), np.eye(side // 2)
    return np.vstack([np.kron(coarse, [1, 1]), np.kron(fine, [1, -1])]) / np.sqrt(2)


def slow_terms(picture, m):
    basis = haar_matrix(len(picture))
    coefficients = (basis @ picture @ basis.T).ravel()
    order = sorted(range(1, coefficients.size), key=lambda place: -abs(coefficients[place]))[:m]
    return sorted(2 * place + int(coefficients[place] < 0) for place in order)


@pytest.mark.parametrize(("side", "m"), [(4, 5), (16, 40), (32, 200)])
def test_the_largest_terms_equal_those_of_the_explicit_basis(side, m):
    pictures = np.random.default_rng(side).normal(0, 1, (2, 3, side, side))
    result = largest_terms(pictures, m)
    assert result.shape == (2, 3, m)
    assert result.reshape(6, m).tolist() == [slow_terms(picture, m) for picture in pictures.reshape(6, side, side)]


def test_of_equal_magnitudes_the_first_are_taken():
    """The identity is its own transform: four ones, of which the first is the average's."""
    assert largest_terms(np.eye(4), 2).tolist() == [2 * 5, 2 * 10]
    assert largest_terms(-np.eye(4), 2).tolist() == [2 * 5 + 1, 2 * 10 + 1]
    assert largest_terms(np.eye(4), 5).tolist() == [0, 0, 2 * 5, 2 * 10, 2 * 15]


def test_a_flat_picture_has_no_terms():
    assert largest_terms(np.full((8, 8), 0.3), 5).tolist() == [0] * 5


@pytest.mark.parametrize("extractor", [WaveletEnergies(side=64, levels=3), LargestWavelets(side=64, m=20)])
def test_descriptors_do_not_depend_on_the_batch(extractor):
    many = images(9, side=64)

    def arrays(some):
        result = extractor.describe(some)
        return result if isinstance(result, dict) else {"rows": result}

    for name, rows in arrays(many).items():
        assert rows.dtype in (np.float32, np.int32)
        assert np.array_equal(rows, np.concatenate([arrays(each[None])[name] for each in many]))


def test_channels_share_no_terms():
    described = LargestWavelets(side=32, m=15).describe(images())
    assert described["terms"].shape == (4, 45)
    assert (described["terms"].reshape(4, 3, 15) // (2 * 32 * 32) == np.arange(3)[:, None]).all()
    assert np.allclose(described["averages"], yiq_channels(images()).mean(axis=(2, 3)), atol=1e-6)


WEIGHTS = [
    (5.00, 19.21, 34.37), (0.83, 1.26, 0.36), (1.01, 0.44, 0.45),
    (0.52, 0.53, 0.14), (0.47, 0.28, 0.18), (0.30, 0.14, 0.27),
]  # fmt: skip


def slow_match(query, other, side):
    """Return the match of two images, (averages, terms) each, by sets."""
    match = 0.0
    for channel in range(3):
        first = 2 * side * side * channel
        for term in set(query[1].tolist()) & set(other[1].tolist()):
            if first + 2 <= term < first + 2 * side * side:
                row, column = divmod((term - first) // 2, side)
                match += WEIGHTS[min(max(row, column), 5)][channel]
        match -= WEIGHTS[0][channel] * abs(float(query[0][channel]) - float(other[0][channel]))
    return match


def test_similarities_equal_those_of_sets_of_terms():
    described = LargestWavelets(side=32, m=60).describe(images(12))
    averages, terms = described["averages"], described["terms"]
    result = wavelet_matches(averages[:5], terms[:5], averages, terms, 32)
    pairs = list(zip(averages, terms, strict=True))
    assert np.allclose(result, [[slow_match(query, other, 32) for other in pairs] for query in pairs[:5]], atol=1e-9)
    assert (result.argmax(axis=1) == np.arange(5)).all()


def test_opposite_signs_do_not_match_and_missing_terms_have_no_weight():
    averages = np.zeros((1, 3), np.float32)
    plus, minus, nothing = (np.array([[term]], np.int32) for term in (2, 3, 0))
    assert wavelet_matches(averages, plus, averages, plus, 8).tolist() == [[0.83]]
    assert wavelet_matches(averages, plus, averages, minus, 8).tolist() == [[0]]
    assert wavelet_matches(averages, nothing, averages, nothing, 8).tolist() == [[0]]
    assert term_weights(8).reshape(3, -1)[:, :2].tolist() == [[0, 0]] * 3


def test_undecodable_images_match_nothing_not_even_each_other():
    averages, terms = np.array([[0.5] * 3, [np.nan] * 3], np.float32), np.zeros((2, 4), np.int32)
    assert np.isnan(wavelet_matches(averages, terms, averages, terms, 8)).tolist() == [[False, True], [True, True]]
