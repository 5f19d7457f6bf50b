import warnings
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness import HarnessError
from harness.data.competition import Competition
from tests.back_ends import BACK_ENDS
from tests.solutions.factories import write_pattern_competition


@pytest.fixture(scope="module")
def competition(tmp_path_factory: pytest.TempPathFactory) -> Competition:
    """A competition whose landmarks are patterns."""
    folder = tmp_path_factory.mktemp("competition")
    return Competition.open(write_pattern_competition(folder), folder / "store")


@pytest.fixture
def conversion_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Convert networks in this process, which has loaded Keras: a process of its own loads it again, for seconds."""
    if not any(map(find_spec, BACK_ENDS)):
        return
    from solutions.descriptors.networks import conversion, network_cache
    from solutions.descriptors.networks.keras_backend import BACKEND_VARIABLE, backend_name, load_keras
    from solutions.descriptors.networks.network_spec import NetworkSpec

    load_keras()
    monkeypatch.setenv(BACKEND_VARIABLE, backend_name())  # the conversion changes it

    def convert(spec: NetworkSpec, folder: Path) -> None:
        with warnings.catch_warnings(action="ignore"):
            if conversion.main([spec.to_json(), str(folder)]):
                raise HarnessError((folder / "reason.txt").read_text(encoding="utf-8"))

    monkeypatch.setattr(network_cache, "convert_in_subprocess", convert)


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
