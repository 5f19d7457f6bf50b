"""Pooling by worked examples, and features through the store."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest

from harness import HarnessError
from harness.data.competition import Competition
from harness.data.images.decode import decode
from harness.data.store.cache_key import extractor_key
from solutions.descriptors.extractors.square import Features, framed
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.pooling.pooling import POOLINGS, centre_prior, gem, mac, spoc, unit
from tests.factories.competitions import make_competition

networks = pytest.mark.skipif(not importlib.util.find_spec("tensorflow"), reason="TensorFlow is not installed")
CHANNEL = np.array([[1, 2], [3, 0]], np.float32).reshape(1, 2, 2, 1)


def test_poolings_of_a_worked_example() -> None:
    assert mac(CHANNEL).item() == 3
    assert spoc(CHANNEL).item() == 1.5
    assert gem(CHANNEL).item() == pytest.approx(2.080084, abs=1e-6)
    assert gem(CHANNEL, 1).item() == pytest.approx(1.5, abs=1e-6)
    assert gem(CHANNEL, 10).item() == pytest.approx(2.616150, abs=1e-5)


def test_poolings_are_those_of_a_loop_over_images_and_channels() -> None:
    maps = np.random.default_rng(0).normal(1, 2, (3, 4, 5, 6)).astype(np.float32)
    slow = {
        "mac": lambda values: values.max(),
        "spoc": lambda values: values.mean(),
        "gem": lambda values: (np.maximum(values, 1e-6) ** 3).mean() ** (1 / 3),
        "spoc_centre": lambda values: np.average(values, weights=centre_prior(4, 5)),
    }
    assert slow.keys() == POOLINGS.keys()
    for name, pooling in POOLINGS.items():
        expected = [[slow[name](image[..., channel].astype(float)) for channel in range(6)] for image in maps]
        found = pooling(maps)
        assert found.dtype == np.float32
        assert np.allclose(found, expected, atol=1e-5), name


def test_unit_gives_length_one_and_leaves_zeros_and_nan() -> None:
    rows = unit(np.array([[3, 4], [0, 0], [np.nan, 1]], np.float32))
    assert np.allclose(rows[:2], [[0.6, 0.8], [0, 0]])
    assert np.isnan(rows[2]).all()


def test_a_crop_is_the_middle_and_a_squash_is_all() -> None:
    image = np.zeros((4, 8, 3), np.uint8)
    image[:, 2:6] = 200
    assert (framed(image, 2, "crop") == 200).all()
    assert framed(image, 2, "squash").mean() == 100
    assert np.array_equal(framed(image.transpose(1, 0, 2), 2, "crop"), framed(image, 2, "crop"))
    assert framed(image, 16, "squash").shape == (16, 16, 3)
    assert np.array_equal(framed(image, 16, "crop"), cv2.resize(image[:, 2:6], (16, 16)))


def test_a_pooling_that_is_not_there_is_named() -> None:
    with pytest.raises(HarnessError, match="no pooling is named 'max'; known are mac, spoc, gem"):
        Features(poolings=("gem", "max"))


@networks
@pytest.mark.slow
def test_features_through_the_store_are_those_of_the_network(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "competition", index=12)
    index = Competition.open(folder, tmp_path / "store").index
    path = index.paths[5]
    assert path
    path.write_bytes(b"broken")
    features = Features(side=64, classes=True)
    rows = {name: index.describe(features, name) for name in ("mac", "spoc", "gem", "classes")}
    assert np.flatnonzero(index.undecodable(features)).tolist() == [5]
    for number in (0, 7, 36):
        image = framed(decode(index.paths[number] or "", mode="RGB", upright=True), 64, "crop")
        found = Backbone(classes=True).forward(image[None])
        for name in features.poolings:
            assert np.array_equal(rows[name][number], POOLINGS[name](found["maps"])[0]), name
        assert np.array_equal(rows["classes"][number], found["classes"][0])
    assert np.isnan(rows["gem"][5]).all()


@networks
@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_any_number_of_cores_gives_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: str) -> None:
    monkeypatch.setenv("LANDMARK_JOBS", jobs)
    folder = make_competition(tmp_path / "competition", index=25, landmarks=4)
    index = Competition.open(folder, tmp_path / "store").index
    rows = index.describe(Features(side=32), "gem")
    again = Competition.open(folder, tmp_path / "other").index
    pieces = [again[start : start + 7].describe(Features(side=32), "gem") for start in range(0, len(again), 7)]
    assert np.array_equal(rows, np.concatenate(pieces))


def test_other_weights_backends_and_versions_have_keys_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"weights": "a", "keras": "3.15", "jax": "1"}
    keys = set()
    for change in ({}, {"weights": "b"}, {"keras": "3.16"}, {"jax": "2"}):
        monkeypatch.setattr(Backbone, "made_with", facts | change)
        keys.add(extractor_key(Features()))
    assert len(keys) == 4
