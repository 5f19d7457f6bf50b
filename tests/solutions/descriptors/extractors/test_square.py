from pathlib import Path

import cv2
import numpy as np
import pytest

from harness import HarnessError
from harness.data.competition import Competition
from harness.data.images.decode import decode
from harness.data.store.cache_key import extractor_key
from solutions.descriptors.extractors.square import SquareExtractor, to_square
from solutions.descriptors.networks.backbone import Backbone
from solutions.descriptors.pooling.poolings import POOLINGS
from tests.factories.competitions import make_competition


def test_a_crop_is_the_middle_and_a_squash_the_whole() -> None:
    image = np.zeros((4, 8, 3), np.uint8)
    image[:, 2:6] = 200
    assert (to_square(image, 2, "crop") == 200).all()
    assert to_square(image, 2, "squash").mean() == 100
    assert np.array_equal(to_square(image.transpose(1, 0, 2), 2, "crop"), to_square(image, 2, "crop"))
    assert to_square(image, 16, "squash").shape == (16, 16, 3)
    assert np.array_equal(to_square(image, 16, "crop"), cv2.resize(image[:, 2:6], (16, 16)))


def test_an_unknown_pooling_is_named_in_the_error() -> None:
    with pytest.raises(HarnessError, match="no pooling is named 'max'; known are mac, spoc, gem"):
        SquareExtractor(poolings=("gem", "max"))


@pytest.mark.parametrize("side", [-1, 0, 100_000])
def test_a_side_that_no_square_has_is_refused(side: int) -> None:
    with pytest.raises(HarnessError, match=rf"side={side} must be from 1 to 16384 pixels"):
        SquareExtractor(side=side)


def test_every_pooling_with_one_row_is_accepted() -> None:
    assert SquareExtractor(poolings=(*POOLINGS, "gem_4", "rmac"))
    with pytest.raises(HarnessError, match="several rows"):
        SquareExtractor(poolings=("mac_tiles",))


@pytest.mark.slow
def test_stored_descriptors_are_those_of_the_network(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "competition", index=12)
    index = Competition.open(folder, tmp_path / "store").index
    path = index.paths[5]
    assert path
    path.write_bytes(b"broken")
    features = SquareExtractor(side=64, classes=True)
    rows = {name: index.describe(features, name) for name in ("mac", "spoc", "gem", "classes")}
    assert np.flatnonzero(index.undecodable(features)).tolist() == [5]
    for number in (0, 7, 36):
        image = to_square(decode(index.paths[number] or "", mode="RGB", upright=True), 64, "crop")
        outputs = Backbone(classes=True).forward(image[None])
        for name in features.poolings:
            assert np.array_equal(rows[name][number], POOLINGS[name].pool(outputs["maps"])[0]), name
        assert np.array_equal(rows["classes"][number], outputs["classes"][0])
    assert np.isnan(rows["gem"][5]).all()


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_any_number_of_cores_gives_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: str) -> None:
    monkeypatch.setenv("LANDMARK_JOBS", jobs)
    folder = make_competition(tmp_path / "competition", index=25, landmarks=4)
    index = Competition.open(folder, tmp_path / "store").index
    rows = index.describe(SquareExtractor(side=32), "gem")
    again = Competition.open(folder, tmp_path / "other").index
    pieces = [again[start : start + 7].describe(SquareExtractor(side=32), "gem") for start in range(0, len(again), 7)]
    assert np.array_equal(rows, np.concatenate(pieces))


def test_other_weights_backends_and_versions_have_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"weights": "a", "keras": "3.15", "jax": "1"}
    keys = set()
    for change in ({}, {"weights": "b"}, {"keras": "3.16"}, {"jax": "2"}):
        monkeypatch.setattr(Backbone, "made_with", facts | change)
        keys.add(extractor_key(SquareExtractor()))
    assert len(keys) == 4
