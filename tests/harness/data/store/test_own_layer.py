"""Tests of `harness.data.store.own_layer`: a plug-in reads the shared stores and writes its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.image_set import ImageSet
from harness.data.store.extractor import Descriptors, Extractor
from harness.data.store.fit_cache import fitted
from harness.data.store.own_layer import OWN_STORE
from tests.factories.competitions import make_competition
from tests.harness.data.test_image_set import Tiny

FITS: list[int] = []


def count_images(images: ImageSet) -> dict[str, np.ndarray]:
    FITS.append(len(images))
    return {"n": np.array([len(images)])}


@dataclass(frozen=True)
class Corners(Extractor):
    """Gives a varying number of rows for each image."""

    side: int = 4

    def describe(self, images: np.ndarray | Sequence[np.ndarray]) -> Descriptors:
        return [image[: 1 + int(image[0, 0]) % 3].astype(np.float32) for image in images]


def states(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.fixture(params=[False, True], ids=["empty", "half"])
def competition(tmp_path: Path, request: pytest.FixtureRequest) -> Competition:
    """Return a competition whose shared store holds nothing, or half of the index."""
    competition = Competition.open(make_competition(tmp_path / "demo"), tmp_path / "shared")
    if request.param:
        competition.index[::2].describe(Tiny())
        competition.index[::2].describe_ragged(Corners())
    Tiny.seen.clear()
    return competition


def test_a_plug_in_writes_its_own_store_and_gets_the_same_descriptors(
    competition: Competition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Competition.open(tmp_path / "demo", tmp_path / "other").index
    thumbnails, corners = expected.describe(Tiny()), expected.describe_ragged(Corners())
    before = states(tmp_path / "shared")
    n_described = Tiny.count() - (5 if before else 0)
    monkeypatch.setenv(OWN_STORE, str(tmp_path / "own"))
    assert np.array_equal(competition.index.describe(Tiny()), thumbnails)
    assert Tiny.count() == n_described
    own = competition.index.describe_ragged(Corners())
    assert [each.tolist() for each in own] == [each.tolist() for each in corners]
    assert np.array_equal(competition.index[3:7].describe(Tiny()), thumbnails[3:7])
    assert Tiny.count() == 0
    assert states(tmp_path / "shared") == before


def test_a_complete_shared_store_is_read_and_nothing_is_written(
    competition: Competition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = competition.index.describe(Tiny()).copy()
    before = states(tmp_path / "shared")
    monkeypatch.setenv(OWN_STORE, str(tmp_path / "own"))
    assert np.array_equal(competition.index.describe(Tiny()), expected)
    assert states(tmp_path / "shared") == before
    assert not (tmp_path / "own").exists()


def test_a_fit_is_taken_from_the_shared_store_or_else_stored_in_the_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    competition = Competition.open(make_competition(tmp_path / "demo"), tmp_path / "shared")
    FITS.clear()
    shared = fitted(count_images, competition.index)
    monkeypatch.setenv(OWN_STORE, str(tmp_path / "own"))
    assert fitted(count_images, competition.index).folder == shared.folder
    own = fitted(count_images, competition.train)
    assert own.folder == fitted(count_images, competition.train).folder
    assert own.folder.is_relative_to(tmp_path / "own")
    assert [len(competition.index), len(competition.train)] == FITS
