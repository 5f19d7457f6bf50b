"""Tests of `solutions.hashing.hashes.fourier`."""

import numpy as np
import pytest
from scipy.fft import fft

from solutions.hashing.hashes.fourier import FourierSpectra, log_magnitudes

KINDS = ("block", "polar", "rings")


def images(n=5, side=64, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, side, side)).astype(np.uint8)


def slow_log_magnitude(image, u, v, *, window):
    """One frequency of one image, summed as the definition has it."""
    side = len(image)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(side) / (side - 1)) if window else np.ones(side)
    fading = np.outer(hann, hann)
    apart = (image - (image * fading).sum() / fading.sum()) * fading
    rows, columns = np.indices(image.shape)
    return np.log(1 + abs((apart * np.exp(-2j * np.pi * (u * rows + v * columns) / side)).sum()))


@pytest.mark.parametrize("window", [False, True])
def test_magnitudes_follow_the_definition(window):
    (image,) = images(1, side=12)
    result = log_magnitudes(image[None], window=window)[0]
    expected = [[slow_log_magnitude(image, u, v, window=window) for v in range(7)] for u in range(12)]
    assert np.allclose(result, expected, atol=1e-9)


def test_the_known_transforms_have_the_known_magnitudes():
    assert np.abs(fft([3, 1, 2, 0])).round(4).tolist() == [6, 1.4142, 4, 1.4142]
    assert fft([5, 2]).tolist() == [7, 3]
    row = np.array([[3, 1, 2, 0]] * 4, np.uint8)  # the same in each of four rows: four times the magnitudes at u = 0
    assert np.expm1(log_magnitudes(row[None], window=False))[0, 0].round(4).tolist() == [0, 5.6569, 16]


def test_a_cyclic_shift_changes_no_magnitude():
    shifted = np.roll(images(), (5, -11), axis=(1, 2))
    assert np.allclose(log_magnitudes(shifted, window=False), log_magnitudes(images(), window=False), atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_rotation_by_180_degrees_changes_no_descriptor(kind):
    turned = FourierSpectra().describe(images()[:, ::-1, ::-1])[kind]
    assert np.allclose(turned, FourierSpectra().describe(images())[kind], atol=1e-5)


def test_a_rotation_by_90_degrees_changes_polar_but_not_rings():
    turned, upright = (FourierSpectra().describe(each) for each in (np.rot90(images(), axes=(1, 2)), images()))
    assert np.allclose(turned["rings"], upright["rings"], atol=1e-5)
    assert np.abs(turned["polar"] - upright["polar"]).max() > 0.1


def test_contrast_and_brightness_change_little():
    """Where magnitudes are far above 1, ln(1 + x) turns a factor into a sum, and the mean takes it off."""
    half = (images() // 2 + 60).astype(np.uint8)
    for kind in KINDS:
        apart = FourierSpectra().describe(half)[kind] - FourierSpectra().describe(images())[kind]
        assert np.abs(apart).mean() < 0.02


def slow_polar(image, rings, sectors):
    """Return means of the magnitudes over rings and sectors of the whole plane, bins without any left out."""
    side, bins = len(image), {}
    magnitudes = log_magnitudes(image[None])[0]
    for u in range(-side // 2 + 1, side // 2):
        for v in range(-side // 2 + 1, side // 2):
            radius = np.hypot(u, v)
            if (u, v) != (0, 0) and radius < side // 2:
                # of the two equal frequencies the one to the right is in the half plane
                row, column = (u, v) if v >= 0 else (-u, -v)
                sector = int(np.arctan2(row, column) % np.pi * sectors / np.pi) % sectors
                value = magnitudes[row, column] if v else magnitudes[abs(u), 0]
                bins.setdefault((int(radius * rings / (side // 2)), sector), []).append(value)
    means = np.array([np.mean(bins[place]) for place in sorted(bins)])
    return means - means.mean()


@pytest.mark.parametrize(("rings", "sectors"), [(4, 3), (8, 8), (16, 1)])
def test_bins_equal_those_of_a_loop_over_the_plane(rings, sectors):
    (image,) = images(1, side=32)
    result = FourierSpectra(side=32, rings=rings, sectors=sectors).describe(image[None])["polar"][0]
    assert np.allclose(result, slow_polar(image, rings, sectors), atol=1e-5)


def test_a_block_holds_each_low_frequency_once():
    (image,) = images(1, side=16)
    result = FourierSpectra(side=16, frequencies=3).describe(image[None])["block"][0]
    chosen = {(u, v) for u in range(-3, 4) for v in range(4) if v > 0 or u > 0}
    values = np.array([slow_log_magnitude(image, u, v, window=True) for u, v in chosen])
    assert len(result) == 24
    assert np.allclose(sorted(result), sorted(values - values.mean()), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_descriptors_do_not_depend_on_the_batch(kind):
    many = images(33)
    together = FourierSpectra().describe(many)[kind]
    assert together.dtype == np.float32
    assert np.array_equal(together, np.concatenate([FourierSpectra().describe(each[None])[kind] for each in many]))


def test_a_flat_image_has_zeros():
    flat = FourierSpectra().describe(np.full((1, 64, 64), 90, np.uint8))
    assert all(np.abs(rows).max() < 1e-6 for rows in flat.values())
