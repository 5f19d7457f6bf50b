from pathlib import Path

import pytest

from harness.data.competition import Competition
from tests.solutions.factories import write_pattern_competition


@pytest.fixture(scope="module")
def competition(tmp_path_factory: pytest.TempPathFactory) -> Competition:
    """A competition whose landmarks are patterns."""
    folder = tmp_path_factory.mktemp("competition")
    return Competition.open(write_pattern_competition(folder), folder / "store")


@pytest.fixture
def small_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let our own solutions use one small network, which describes tiny images as well as three large ones."""
    from harness.solution.registry import load_class
    from solutions.descriptors.extractors.corner_crops import CornerCropsExtractor
    from solutions.descriptors.extractors.multiscale import MultiscaleExtractor

    whole = (MultiscaleExtractor("lite0", 96, ("gem_2", "rgem")),)
    crops = (CornerCropsExtractor("lite0", 96, ("gem_2",)),)
    for name, constant, views in (
        ("retrieval.best_unsupervised", "UNSUPERVISED_VIEWS", whole),
        ("retrieval.best_retrieval", "CORNER_CROP_VIEWS", whole),
        ("recognition.best_recognition", "CORNER_CROP_VIEWS", crops),
    ):
        load_class(name.partition(".")[2], Path("nowhere"))
        monkeypatch.setattr(f"solutions.{name}.{constant}", views)
